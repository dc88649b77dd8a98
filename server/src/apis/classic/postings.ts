import { listUnits, type Unit } from '../../core/ledger/index.ts'
import { type CustomerSheet, getCustomerSheets, type PostingSheet } from '../../core/reports/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { assert } from '../../platform/errors.ts'
import { currencyScale, formatMinor } from '../../platform/money.ts'
import { localTime } from '../http/times.ts'
import { api } from './auth.ts'
import { formatAmount } from './campaigns.ts'
import { codeOf, phoneOf } from './customers.ts'
import { type Element, element } from './encode.ts'
import { encodeItemName } from './transaction.ts'
import { encodeTransactionFields } from './transaction-fields.ts'
import { listUsers, type User } from './users.ts'
import { textAttribute } from './vocabulary.ts'

/** How the ledger notes a user of this API. */
export const actorOf = (userId: string) => `${api}:key:${userId}`

/** What rows of many postings have in common. */
interface Known {
  readonly units: readonly Unit[]
  readonly users: readonly User[]
}

export async function knownFor(ctx: Ctx): Promise<Known> {
  return { units: await listUnits(ctx), users: await listUsers(ctx) }
}

export async function encodePostings(
  ctx: Ctx,
  postings: readonly PostingSheet[],
  { units, users }: Known,
): Promise<Element[]> {
  const ids = [...new Set(postings.map((posting) => posting.customerId))]
  const customers = new Map((await getCustomerSheets(ctx, ids)).map((sheet) => [sheet.id, sheet]))
  return postings.map((posting) => {
    const unit = units.find(({ id }) => id === posting.unitId)
    assert(unit, 'a posting has a unit of the tenant')
    const user = users.find(({ userId }) => actorOf(userId) === posting.actor)
    return encodeRow(ctx, { posting, unit, user, customer: customers.get(posting.customerId) })
  })
}

interface Row {
  readonly posting: PostingSheet
  readonly unit: Unit
  /** Undefined for what came from elsewhere. */
  readonly user: User | undefined
  /** Who was erased since leaves an empty name. */
  readonly customer: CustomerSheet | undefined
}

function encodeRow(ctx: Ctx, { posting, unit, user, customer }: Row): Element {
  const time = localTime(posting.occurredAt, ctx.tenant.timeZone)
  const isActivation = posting.kind === 'joined'
  return element({
    id: posting.id,
    code: customer ? codeOf(customer) : null,
    card_number: customer?.cardNumber ?? null,
    date: time.slice(0, 10),
    record_timestamp: time,
    authorization: isActivation ? 'customer activated' : authorizationOf(posting),
    campaign_id: posting.programmeId,
    user_name: user?.name ?? posting.actor,
    user_custom1: user?.custom1 ?? null,
    first_name: customer?.firstName ?? null,
    last_name: customer?.lastName ?? null,
    phone: customer ? phoneOf(customer) : null,
    email: customer?.email ?? null,
    custom1: customer ? textAttribute(customer.attributes, 'customField') : null,
    redeemed: posting.kind === 'spend' || posting.kind === 'capture' ? 'R' : null,
    amount_number: isActivation ? '0' : formatAmount(posting.amount, unit),
    amount_type: unit.kind === 'money' ? '$' : null,
    original_amount: originalOf(ctx, posting),
    ...encodeItemName(unit),
    ...encodeTransactionFields(posting.purchaseData?.customFields ? posting.purchaseData : posting.data),
  })
}

function authorizationOf(posting: PostingSheet): string | null {
  const given = posting.purchaseData?.authorization
  return posting.note ?? (typeof given === 'string' ? given : posting.purchaseNumber)
}

function originalOf(ctx: Ctx, posting: PostingSheet): string | null {
  if (posting.purchaseTotalMinor !== null) {
    return formatMinor(posting.purchaseTotalMinor, currencyScale(posting.purchaseCurrency ?? ctx.tenant.currency))
  }
  const told = posting.data?.originalAmountMinor
  return typeof told === 'number' ? formatMinor(told, currencyScale(ctx.tenant.currency)) : null
}
