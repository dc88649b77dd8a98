import { type Customer, externalId, identitiesOf, primaryEmail, primaryPhone } from '../../core/customers/index.ts'
import { balancesAfterCharges, tierOf } from '../../core/loyalty/index.ts'
import { listPurchases, type Purchase } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../platform/money.ts'
import { externalSource, isConfirmedDevice } from './people.ts'

const maxOrders = 1_000

/** Attributes with a place of their own in the profile; the rest are custom properties. */
const knownAttributes = [
  'loyalty_card_location',
  'loyalty_status',
  'loyalty_bonuses_to_next_level',
  'location',
  'age',
  'bought_something',
  'kids',
  'auto',
  'tags',
]

/** The whole profile, for the shop itself. Bonuses and level are the shop's default points and tier. */
export async function encodeProfile(ctx: Ctx, customer: Customer): Promise<Record<string, unknown>> {
  const [balances, { tier, next, toNext }, orders] = await Promise.all([
    balancesAfterCharges(ctx, customer.id),
    tierOf(ctx, customer.id),
    listPurchases(ctx, { customerId: customer.id, kind: 'sale', limit: maxOrders, withLines: true }),
  ])
  const points = balances.find(({ unit }) => unit.kind === 'points' && unit.isDefault)
  const { attributes } = customer
  const cards = identitiesOf(customer, 'card').map((one) => one.display)
  const social = (source: string) =>
    identitiesOf(customer, 'social').find((one) => one.source === source)?.value ?? null
  return {
    id: externalId(customer, externalSource) ?? identitiesOf(customer, 'external')[0]?.value ?? null,
    first_name: customer.firstName,
    last_name: customer.lastName,
    middle_name: customer.middleName,
    email: primaryEmail(customer) ?? null,
    phone: primaryPhone(customer) ?? null,
    fb_id: social('facebook'),
    vk_id: social('vk'),
    telegram_id: social('telegram'),
    loyalty_id: cards[0] ?? null,
    loyalty_card_location: attributes.loyalty_card_location ?? null,
    loyalty_status: tier?.name ?? attributes.loyalty_status ?? null,
    loyalty_bonuses: points ? fromMinor(points.available, points.unit.scale) : 0,
    loyalty_bonuses_to_next_level:
      points && next ? fromMinor(toNext, points.unit.scale) : (attributes.loyalty_bonuses_to_next_level ?? null),
    gender: encodeGender(customer),
    location: attributes.location ?? null,
    age: attributes.age ?? ageOf(customer.birthday, ctx.clock.now()),
    birthday: customer.birthday,
    bought_something: orders.items.length > 0 || attributes.bought_something === true,
    kids: attributes.kids ?? [],
    auto: attributes.auto ?? [],
    tags: attributes.tags ?? [],
    custom_properties: customProperties(customer),
    additional_phones: others(customer, 'phone', primaryPhone(customer)),
    additional_emails: others(customer, 'email', primaryEmail(customer)),
    additional_loyalty_ids: cards.slice(1),
    orders: orders.items.map(encodeOrder),
  }
}

export interface DeviceView {
  readonly did: string | undefined
  /** As far as this device may know. */
  readonly hasBought: boolean
}

/** What a browser may know of its own person: nothing that tells who it is, and the shop's id on a confirmed device only. */
export function encodeRestrictedProfile(customer: Customer, { did, hasBought }: DeviceView): Record<string, unknown> {
  return {
    has_email: primaryEmail(customer) !== undefined,
    gender: encodeGender(customer),
    computed_gender: encodeGender(customer),
    bought_something: hasBought || customer.attributes.bought_something === true,
    id: isConfirmedDevice(customer, did) ? (externalId(customer, externalSource) ?? null) : null,
    custom_properties: customProperties(customer),
    fashion_sizes: [],
    cosmetic_hair: [],
    cosmetic_skin: [],
    cosmetic_perfume: [],
    allergy: false,
    compatibility: null,
    vds: null,
    jewelry: null,
    realty: [],
    children: [],
    child_gender: null,
    pets: [],
    income_level: null,
  }
}

function encodeGender(customer: Customer): 'm' | 'f' | null {
  if (customer.gender === 'male') return 'm'
  return customer.gender === 'female' ? 'f' : null
}

function ageOf(birthday: string | null, now: Date): number | null {
  if (birthday === null) return null
  const today = now.toISOString().slice(0, 10)
  const years = Number(today.slice(0, 4)) - Number(birthday.slice(0, 4))
  return today.slice(5) < birthday.slice(5) ? years - 1 : years
}

function customProperties(customer: Customer): Record<string, unknown> {
  return Object.fromEntries(Object.entries(customer.attributes).filter(([key]) => !knownAttributes.includes(key)))
}

function others(customer: Customer, kind: 'email' | 'phone', primary: string | undefined): string[] {
  const shown = identitiesOf(customer, kind).map((one) => (kind === 'email' ? one.display : one.value))
  return shown.filter((one) => one !== primary)
}

/** Three statuses, or the shop's own word where it told one. */
export function orderStatus(purchase: Purchase): string {
  if (typeof purchase.data.status === 'string') return purchase.data.status
  if (purchase.state === 'cancelled') return 'cancelled'
  return purchase.state === 'open' || !purchase.confirmed ? 'placed' : 'done'
}

function encodeOrder(purchase: Purchase): Record<string, unknown> {
  return {
    id: purchase.number,
    value: fromMinor(purchase.totalMinor, currencyScale(purchase.currency)),
    status: orderStatus(purchase),
    items: (purchase.lines ?? []).map((line) => ({
      id: line.code,
      price: line.unitPrice,
      name: line.name,
      quantity: line.quantity,
    })),
  }
}
