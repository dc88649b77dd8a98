// From the core's nouns to the wire of api/v1: snake_case, ISO times, integer minor units.
import { isActive, type List, type ListStats, type Member } from '../../core/audience/index.ts'
import type { Product } from '../../core/catalog/index.ts'
import type { Consent, ConsentChange, Subscription } from '../../core/consent/index.ts'
import {
  type Address,
  type Customer,
  displayName,
  type Identity,
  primaryEmail,
  primaryPhone,
} from '../../core/customers/index.ts'
import type { Balance, StatementEntry, Unit } from '../../core/ledger/index.ts'
import type { Effect, Payment, Purchase, PurchaseLine, ReportRow } from '../../core/purchases/index.ts'
import type { CustomerFigures } from '../../core/reports/index.ts'
import type { Tenant } from '../../platform/ctx.ts'

export function time(value: Date): string {
  return value.toISOString()
}

export function timeOrNull(value: Date | null | undefined): string | null {
  return value ? value.toISOString() : null
}

export function encodeTenant(tenant: Tenant) {
  return {
    id: tenant.id as number,
    slug: tenant.slug,
    name: tenant.name,
    currency: tenant.currency,
    time_zone: tenant.timeZone,
    language: tenant.language,
    country: tenant.country,
  }
}

const noFigures: CustomerFigures = { points: 0, lastPurchaseAt: null, purchasesMinor: 0, purchasesCurrency: null }

export function encodeCustomerSummary(customer: Customer, figures: CustomerFigures = noFigures) {
  return {
    id: customer.id as number,
    code: customer.code,
    name: displayName(customer),
    first_name: customer.firstName,
    last_name: customer.lastName,
    company_name: customer.companyName,
    email: primaryEmail(customer) ?? null,
    phone: primaryPhone(customer) ?? null,
    state: customer.state,
    created_at: time(customer.createdAt),
    points_balance: figures.points,
    last_purchase_at: timeOrNull(figures.lastPurchaseAt),
    purchases_total_minor: figures.purchasesMinor,
    purchases_currency: figures.purchasesCurrency,
  }
}

export function encodeProfile(customer: Customer) {
  return {
    kind: customer.kind,
    title: customer.title,
    middle_name: customer.middleName,
    gender: customer.gender,
    birthday: customer.birthday,
    language: customer.language,
    country: customer.country,
    time_zone: customer.timeZone,
    store_id: customer.storeId as number | null,
    source: customer.source,
    attributes: { ...customer.attributes },
    first_seen_at: time(customer.firstSeenAt),
    updated_at: time(customer.updatedAt),
  }
}

export function encodeIdentity(identity: Identity) {
  return {
    id: identity.id as number,
    kind: identity.kind,
    source: identity.source,
    value: identity.display,
    is_primary: identity.isPrimary,
    verified_at: timeOrNull(identity.verifiedAt),
  }
}

export function encodeAddress(address: Address) {
  return {
    id: address.id as number,
    kind: address.kind,
    is_primary: address.isPrimary,
    line1: address.line1,
    line2: address.line2,
    city: address.city,
    region: address.region,
    postal_code: address.postalCode,
    country: address.country,
  }
}

export function encodeUnit(unit: Unit) {
  const { id, code, name, kind, currency, scale } = unit
  return { id: id as number, code, name, kind, currency, scale, is_default: unit.isDefault }
}

export function encodeBalance(balance: Balance) {
  const { available, pending, held, owed, nextExpiry } = balance
  return {
    unit: encodeUnit(balance.unit),
    available,
    pending,
    held,
    owed,
    next_expiry: nextExpiry && { amount: nextExpiry.amount, at: time(nextExpiry.at) },
  }
}

export function encodePosting(entry: StatementEntry, units: readonly Unit[]) {
  const unit = units.find((candidate) => candidate.id === entry.unitId)
  return {
    id: entry.id as number,
    key: entry.key,
    kind: entry.kind,
    unit: { id: entry.unitId as number, code: unit?.code ?? '', name: unit?.name ?? '', scale: unit?.scale ?? 0 },
    amount: entry.amount,
    programme_id: entry.programmeId,
    purchase_id: entry.purchaseId,
    reverses_id: entry.reversesId as number | null,
    note: entry.note,
    actor: entry.actor,
    occurred_at: time(entry.occurredAt),
  }
}

export function encodeSubscription(subscription: Subscription) {
  const { channel, purpose, subscribed, changedAt } = subscription
  return { channel, purpose, subscribed, changed_at: time(changedAt) }
}

export function encodeConsent(consent: Consent) {
  return { type: consent.type, given: consent.given, changed_at: time(consent.changedAt) }
}

export function encodeConsentChange(change: ConsentChange) {
  return {
    id: change.id,
    subject: change.subject,
    event: change.event,
    source: change.source,
    actor: change.actor,
    ip: change.ip,
    text_version: change.textVersion,
    created_at: time(change.createdAt),
  }
}

export function encodeList(list: List, stats: ListStats) {
  return {
    id: list.id as number,
    name: list.name,
    description: list.description,
    locked: list.locked,
    ...stats,
    created_at: time(list.createdAt),
    updated_at: time(list.updatedAt),
  }
}

/** One word for where a membership stands. */
export function memberState(member: Member): 'active' | 'bounced' | 'left' | 'registered' {
  if (isActive(member)) return 'active'
  if (member.bouncedAt) return 'bounced'
  return member.leftAt ? 'left' : 'registered'
}

export function encodeProduct(product: Product) {
  return {
    id: product.id as number,
    code: product.code,
    name: product.name,
    description: product.description,
    brand: product.brand && { external_id: product.brand.externalId, name: product.brand.name },
    category: product.category && { external_id: product.category.externalId, name: product.category.name },
    price_minor: product.priceMinor,
    old_price_minor: product.oldPriceMinor,
    currency: product.currency,
    vat_rate: product.vatRate,
    url: product.url,
    image_url: product.imageUrl,
    available: product.available,
    stock_quantity: product.stockQuantity,
    state: product.state,
    codes: product.codes.map(({ listCode, code }) => ({ list: listCode, code })),
    data: { ...product.data },
    created_at: time(product.createdAt),
    updated_at: time(product.updatedAt),
  }
}

export interface PurchaseSurroundings {
  readonly customerNames: ReadonlyMap<number, string>
  readonly storeNames: ReadonlyMap<number, string>
}

export function encodePurchase(purchase: Purchase, around: PurchaseSurroundings) {
  const { id, customerId, storeId } = purchase
  return {
    id: id as number,
    kind: purchase.kind,
    number: purchase.number,
    customer: customerId === null ? null : { id: customerId, name: around.customerNames.get(customerId) ?? '' },
    store: storeId === null ? null : { id: storeId, name: around.storeNames.get(storeId) ?? '' },
    source: purchase.source,
    confirmed: purchase.confirmed,
    state: purchase.state,
    currency: purchase.currency,
    total_minor: purchase.totalMinor,
    points_earned: purchase.pointsEarned,
    occurred_at: time(purchase.occurredAt),
    possible_twin: purchase.possibleTwin,
  }
}

export function encodeLine(line: PurchaseLine) {
  return {
    id: line.id as number,
    position: line.position,
    product_id: line.productId,
    code: line.code,
    name: line.name,
    quantity: line.quantity,
    unit_price: line.unitPrice,
    total_minor: line.totalMinor,
    vat_rate: line.vatRate,
    category_code: line.categoryCode,
    item_type: line.itemType,
    earns: line.earns,
    cancelled_quantity: line.cancelledQuantity,
  }
}

export function encodePayment(payment: Payment) {
  const { id, kind, amountMinor, unitId, unitAmount } = payment
  return { id, kind, amount_minor: amountMinor, unit_id: unitId, unit_amount: unitAmount }
}

export function encodeReport(report: ReportRow) {
  return {
    id: report.id,
    space: report.space,
    number: report.number,
    source: report.source,
    confirmed: report.confirmed,
    total_minor: report.totalMinor,
    occurred_at: time(report.occurredAt),
    created_at: time(report.createdAt),
  }
}

export function encodeEffect(
  effect: Effect,
  names: { readonly programmes: ReadonlyMap<number, string>; readonly units: ReadonlyMap<number, Unit> },
) {
  const unit = names.units.get(effect.unitId)
  return {
    kind: effect.kind,
    programme:
      effect.programmeId === null
        ? null
        : { id: effect.programmeId, name: names.programmes.get(effect.programmeId) ?? '' },
    unit: {
      id: effect.unitId,
      code: unit?.code ?? '',
      name: unit?.name ?? '',
      kind: unit?.kind ?? '',
      currency: unit?.currency ?? null,
      scale: unit?.scale ?? 0,
    },
    amount: effect.amount,
    posting_key: effect.postingKey,
    why: { ...effect.why },
  }
}
