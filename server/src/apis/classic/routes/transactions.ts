import { findPosting, getUnit, type StatementEntry } from '../../../core/ledger/index.ts'
import { getPromotion, type Programme, recordActivity as recordInCore } from '../../../core/loyalty/index.ts'
import { getPurchase, getPurchaseDetails, recordPurchase } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale, formatMinor } from '../../../platform/money.ts'
import { localTime } from '../../http/times.ts'
import { readId } from '../../http/values.ts'
import { api, type Call } from '../auth.ts'
import { getNamedCampaign } from '../campaigns.ts'
import { getNamedCustomer } from '../customers.ts'
import { type Fields, findAmount, findInteger, findText, refuse, requireText } from '../decode.ts'
import { type Answer, type Element, element } from '../encode.ts'
import { answerReceipt } from '../receipt.ts'
import { encodeTransaction } from '../transaction.ts'
import { decodeTransactionFields, encodeTransactionFields } from '../transaction-fields.ts'
import { getNamedItem } from './items.ts'

/** A cashier's entry: who, where, and what is said of it. */
export interface Entry {
  readonly fields: Fields
  readonly programme: Programme
  readonly customerId: number
  readonly note: string | undefined
  readonly customFields: Readonly<Record<string, string>>
  /** Told late by a batch. */
  readonly occurredAt?: Date
}

export async function decodeEntry(call: Call): Promise<Entry> {
  const { ctx, fields } = call
  const programme = await getNamedCampaign(call)
  const { id: customerId } = await getNamedCustomer(ctx, fields)
  const note = findText(fields, 'authorization', { max: 500 })
  return { fields, programme, customerId, note, customFields: await decodeTransactionFields(ctx, fields) }
}

/** Points for an amount, money put on a gift card, a fixed reward, a visit, pieces of an item. */
export async function recordActivity(call: Call): Promise<Answer> {
  const entry = await decodeEntry(call)
  return answerReceipt(call, { entry, transaction: await enterActivity(call.ctx, entry) })
}

/** With `units` it is so much of what the campaign counts, and no sale. */
export async function enterActivity(ctx: Ctx, entry: Entry, units?: number): Promise<Element> {
  const { programme } = entry
  if (programme.state !== 'active') throw new DomainError('programme.inactive')
  const activity = units === undefined ? await decodeActivity(ctx, entry) : await decodeImported(ctx, entry, units)
  // The default points are the shop's: an amount that earns them is a sale, which every other way in shows too.
  if (programme.kind === 'points' && programme.isDefault && activity.amountMinor !== undefined) {
    return recordSale(ctx, entry, { ...activity, totalMinor: activity.amountMinor })
  }
  const { key } = await recordInCore(ctx, {
    programmeId: programme.id,
    customerId: entry.customerId,
    key: newKey(ctx),
    note: entry.note,
    ...activity,
    ...(entry.occurredAt ? { occurredAt: entry.occurredAt } : {}),
    data: customData(entry),
  })
  return encodePosting(ctx, key)
}

/** An item that is counted has to be named all the same. */
async function decodeImported(ctx: Ctx, { fields, programme }: Entry, units: number): Promise<ActivityParts> {
  if (programme.kind !== 'items') return { units }
  const name = requireText(fields, 'service_product')
  return { units, itemUnitId: (await getNamedItem(ctx, programme, { field: 'service_product', name })).unitId }
}

interface ActivityParts {
  readonly units?: number
  readonly amountMinor?: number
  readonly quantity?: number
  readonly itemUnitId?: number
  readonly promotionId?: number
}

async function decodeActivity(ctx: Ctx, { fields, programme }: Entry): Promise<ActivityParts> {
  const amountMinor = findAmount(fields, 'amount', currencyScale(ctx.tenant.currency))
  switch (programme.kind) {
    case 'points': {
      const promotionId = await decodePromotion(ctx, fields, programme)
      if (amountMinor === undefined && promotionId === undefined) return refuse('amount', 'is required')
      if (amountMinor === 0 && promotionId === undefined) return refuse('amount', 'must be more than 0')
      return {
        ...(amountMinor === undefined ? {} : { amountMinor }),
        ...(promotionId === undefined ? {} : { promotionId }),
      }
    }
    case 'stored_value':
      return { amountMinor: amountMinor ?? refuse('amount', 'is required') }
    case 'items': {
      const item = await getNamedItem(ctx, programme, {
        field: 'service_product',
        name: requireText(fields, 'service_product'),
      })
      const quantity = findInteger(fields, 'buyx_quantity', { min: 1, max: 10_000 }) ?? 1
      return { quantity, itemUnitId: item.unitId }
    }
    case 'fixed_reward':
    case 'visits':
      return {}
  }
}

/** A promotion of this campaign, in force now. */
async function decodePromotion(ctx: Ctx, fields: Fields, programme: Programme): Promise<number | undefined> {
  const text = findText(fields, 'promo_id')
  if (text === undefined) return undefined
  const promotionId = readId(text) ?? refuse('promo_id', 'does not exist')
  return (await getPromotion(ctx, { programme, promotionId })).id
}

/** This API has no key for a retry: every call is a transaction of its own. */
export function newKey(ctx: Ctx): string {
  return `${api}:${ctx.random.hex(16)}`
}

export function customData({ customFields }: Entry): Readonly<Record<string, unknown>> {
  return Object.keys(customFields).length > 0 ? { customFields } : {}
}

async function recordSale(ctx: Ctx, entry: Entry, sale: ActivityParts & { totalMinor: number }): Promise<Element> {
  const { programme, customerId, note } = entry
  const { totalMinor, promotionId } = sale
  const occurredAt = entry.occurredAt ?? ctx.clock.now()
  const { purchaseId } = await recordPurchase(ctx, {
    space: api,
    number: `C${ctx.random.digits(15)}`,
    source: 'till',
    confirmed: true,
    customerId,
    currency: ctx.tenant.currency,
    totalMinor,
    occurredAt,
    data: { ...(note ? { authorization: note } : {}), ...customData(entry) },
    ...(promotionId === undefined ? {} : { ruleIds: [promotionId] }),
    onKnownNumber: 'refuse',
  })
  const { effects } = await getPurchaseDetails(ctx, purchaseId)
  const effect = effects.find((one) => one.programmeId === programme.id)
  if (effect) return encodePosting(ctx, effect.postingKey)
  return encodeWithoutPoints(ctx, { id: purchaseId, totalMinor, occurredAt, entry })
}

export async function encodePosting(ctx: Ctx, key: string): Promise<Element> {
  const entry: StatementEntry | undefined = await findPosting(ctx, { key })
  if (!entry) throw new DomainError('posting.not_found', { key })
  const purchase = entry.purchaseId === null ? undefined : await getPurchase(ctx, entry.purchaseId)
  return encodeTransaction(ctx, { entry, unit: await getUnit(ctx, entry.unitId), purchase })
}

// A sale below the price of one point is a sale all the same.
function encodeWithoutPoints(
  ctx: Ctx,
  sale: { id: number; totalMinor: number; occurredAt: Date; entry: Entry },
): Element {
  const time = localTime(sale.occurredAt, ctx.tenant.timeZone)
  const { note } = sale.entry
  return element({
    id: sale.id,
    date: time.slice(0, 10),
    record_timestamp: time,
    redeemed: null,
    authorization: note ?? null,
    amount: 0,
    amount_number: 0,
    amount_type: null,
    original_amount: formatMinor(sale.totalMinor, currencyScale(ctx.tenant.currency)),
    ...encodeTransactionFields(customData(sale.entry)),
  })
}
