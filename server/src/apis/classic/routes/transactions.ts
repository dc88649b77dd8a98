import { findPosting, type StatementEntry } from '../../../core/ledger/index.ts'
import { type Programme, recordActivity as recordInCore, redeem } from '../../../core/loyalty/index.ts'
import { getPurchase, getPurchaseDetails, recordPurchase } from '../../../core/purchases/index.ts'
import type { CustomerSheet } from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale, formatMinor } from '../../../platform/money.ts'
import { localTime } from '../../http/times.ts'
import { api, type Call } from '../auth.ts'
import { encodeBalances, getNamedCampaign, unitOf } from '../campaigns.ts'
import { encodeCustomer, getNamedCustomer, getSheet } from '../customers.ts'
import { type Fields, findAmount, findInteger, findText, refuse, requireText } from '../decode.ts'
import { type Answer, type Element, element } from '../encode.ts'
import { encodeTransaction } from './information.ts'

interface Entry {
  readonly fields: Fields
  readonly programme: Programme
  readonly customerId: number
  readonly note: string | undefined
}

/** A cashier's entry: points for an amount, money put on a gift card, a fixed reward, a visit, pieces of an item. */
export async function recordActivity({ ctx, fields }: Call): Promise<Answer> {
  const entry = await decodeEntry(ctx, fields)
  const { programme } = entry
  if (programme.state !== 'active') throw new DomainError('programme.inactive')
  // The default points are the shop's: an amount that earns them is a sale, which every other way in shows too.
  if (programme.kind === 'points' && programme.isDefault) return recordSale(ctx, entry)
  const { key } = await recordInCore(ctx, {
    programmeId: programme.id,
    customerId: entry.customerId,
    key: newKey(ctx),
    note: entry.note,
    ...(await decodeActivity(ctx, entry)),
  })
  return encodeReceipt(ctx, { entry, transaction: await encodePosting(ctx, programme, key) })
}

async function decodeEntry(ctx: Ctx, fields: Fields): Promise<Entry> {
  const programme = await getNamedCampaign(ctx, fields)
  const { id: customerId } = await getNamedCustomer(ctx, fields)
  return { fields, programme, customerId, note: findText(fields, 'authorization', { max: 500 }) }
}

async function decodeActivity(
  ctx: Ctx,
  { fields, programme }: Entry,
): Promise<{ amountMinor?: number; quantity?: number }> {
  switch (programme.kind) {
    case 'points':
    case 'stored_value':
      return { amountMinor: requireAmount(ctx, fields) }
    case 'items':
      await refuseUnknownItem(ctx, programme, requireText(fields, 'service_product'))
      return { quantity: findInteger(fields, 'buyx_quantity', { min: 1, max: 10_000 }) ?? 1 }
    case 'fixed_reward':
    case 'visits':
      return {}
  }
}

function requireAmount(ctx: Ctx, fields: Fields): number {
  if (fields.has('promo_id')) return refuse('promo_id', 'does not exist')
  return findAmount(fields, 'amount', currencyScale(ctx.tenant.currency)) ?? refuse('amount', 'is required')
}

async function refuseUnknownItem(ctx: Ctx, programme: Programme, item: string): Promise<void> {
  const unit = await unitOf(ctx, programme)
  if (item !== String(unit.id) && item !== unit.code) refuse('service_product', 'does not exist')
}

/** This API has no key for a retry: every call is a transaction of its own. */
function newKey(ctx: Ctx): string {
  return `${api}:${ctx.random.hex(16)}`
}

async function recordSale(ctx: Ctx, entry: Entry): Promise<Answer> {
  const { programme, customerId, note } = entry
  const totalMinor = requireAmount(ctx, entry.fields)
  if (totalMinor === 0) throw new DomainError('amount.invalid', { field: 'amount', reason: 'must be more than 0' })
  const { purchaseId } = await recordPurchase(ctx, {
    space: api,
    number: `C${ctx.random.digits(15)}`,
    source: 'till',
    confirmed: true,
    customerId,
    currency: ctx.tenant.currency,
    totalMinor,
    occurredAt: ctx.clock.now(),
    ...(note ? { data: { authorization: note } } : {}),
    onKnownNumber: 'refuse',
  })
  const { effects } = await getPurchaseDetails(ctx, purchaseId)
  const effect = effects.find((one) => one.programmeId === programme.id)
  const transaction = effect
    ? await encodePosting(ctx, programme, effect.postingKey)
    : encodeWithoutPoints(ctx, { id: purchaseId, totalMinor, note })
  return encodeReceipt(ctx, { entry, transaction })
}

async function encodePosting(ctx: Ctx, programme: Programme, key: string): Promise<Element> {
  const entry: StatementEntry | undefined = await findPosting(ctx, { key })
  if (!entry) throw new DomainError('posting.not_found', { key })
  const purchase = entry.purchaseId === null ? undefined : await getPurchase(ctx, entry.purchaseId)
  return encodeTransaction(ctx, { entry, unit: await unitOf(ctx, programme), purchase })
}

// A sale below the price of one point is a sale all the same.
function encodeWithoutPoints(ctx: Ctx, sale: { id: number; totalMinor: number; note: string | undefined }): Element {
  const time = localTime(ctx.clock.now(), ctx.tenant.timeZone)
  return element({
    id: sale.id,
    date: time.slice(0, 10),
    record_timestamp: time,
    redeemed: null,
    authorization: sale.note ?? null,
    amount: 0,
    amount_number: 0,
    amount_type: null,
    original_amount: formatMinor(sale.totalMinor, currencyScale(ctx.tenant.currency)),
  })
}

/** Takes points, money or visits off a balance. More than there is, is refused. */
export async function redeemValue({ ctx, fields }: Call): Promise<Answer> {
  const entry = await decodeEntry(ctx, fields)
  const { programme, customerId, note } = entry
  const asked = await decodeRedemption(ctx, entry)
  const { key } = await redeem(ctx, { programmeId: programme.id, customerId, key: newKey(ctx), note, ...asked })
  return encodeReceipt(ctx, { entry, transaction: await encodePosting(ctx, programme, key) })
}

async function decodeRedemption(
  ctx: Ctx,
  { fields, programme }: Entry,
): Promise<{ amount?: number; valueMinor?: number }> {
  const moneyScale = currencyScale(ctx.tenant.currency)
  switch (programme.kind) {
    case 'points': {
      const points = findInteger(fields, 'custom_points_redeem', { min: 1, max: 1e12 })
      if (points !== undefined) return { amount: points }
      const valueMinor = findAmount(fields, 'custom_dollars_redeem', moneyScale)
      if (valueMinor !== undefined && valueMinor > 0) return { valueMinor }
      if (fields.has('reward_to_redeem')) return refuse('reward_to_redeem', 'does not exist')
      return refuse('custom_points_redeem', 'or custom_dollars_redeem is required')
    }
    case 'stored_value':
    case 'fixed_reward': {
      const amount = findAmount(fields, 'reward_to_redeem', moneyScale)
      return amount ? { amount } : refuse('reward_to_redeem', 'must be an amount of money')
    }
    case 'items':
      await refuseUnknownItem(ctx, programme, requireText(fields, 'reward_to_redeem'))
      return { amount: 1 }
    case 'visits':
      return refuse('reward_to_redeem', 'does not exist')
  }
}

async function encodeReceipt(ctx: Ctx, receipt: { entry: Entry; transaction: Element }): Promise<Answer> {
  const { programme, customerId } = receipt.entry
  const sheet: CustomerSheet = await getSheet(ctx, customerId)
  const [campaign] = await encodeBalances(ctx, customerId, programme)
  return {
    head: {
      receipt: element({
        account_name: ctx.tenant.name,
        agency: element({ name: ctx.tenant.name, email: null }),
        campaign,
        customer: encodeCustomer(sheet),
        transaction: receipt.transaction,
      }),
    },
  }
}
