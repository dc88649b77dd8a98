import { balancesOf, listPostings, type StatementEntry, type Unit } from '../../../core/ledger/index.ts'
import { listPurchases, type Purchase } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, formatMinor } from '../../../platform/money.ts'
import { localTime } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import { encodeBalances, encodeTerms, formatAmount, getNamedCampaign, unitOf } from '../campaigns.ts'
import { codeOf, encodeCustomer, getNamedCustomer } from '../customers.ts'
import { findInteger, isNo, isYes } from '../decode.ts'
import { type Answer, type Element, element, list } from '../encode.ts'
import { campaignTypeOf } from '../vocabulary.ts'

/** A customer with the balances in every campaign, in one, or without. */
export async function showCustomer({ ctx, fields }: Call): Promise<Answer> {
  const only = fields.has('campaign_id') ? await getNamedCampaign(ctx, fields) : undefined
  const sheet = await getNamedCustomer(ctx, fields)
  const customer = encodeCustomer(sheet, { hideCustomField: isYes(fields.get('hide_custom_field')) })
  if (isNo(fields.get('include_balances'))) return { head: { customer } }
  return { head: { customer, campaigns: list('campaign', await encodeBalances(ctx, sheet.id, only)) } }
}

/** Balance and history in one campaign: no transactions for 0, so many, or all when the number is left out. */
export async function showBalance({ ctx, fields }: Call): Promise<Answer> {
  const programme = await getNamedCampaign(ctx, fields)
  const sheet = await getNamedCustomer(ctx, fields)
  const unit = await unitOf(ctx, programme)
  const wanted = findInteger(fields, 'transactions_number', { max: maxTransactions }) ?? maxTransactions
  const balance = (await balancesOf(ctx, sheet.id)).find((one) => one.unit.id === unit.id)
  const customer = element({
    code: codeOf(sheet),
    card_number: sheet.cardNumber,
    first_name: sheet.firstName,
    last_name: sheet.lastName,
    balance: formatAmount(balance?.available ?? 0, unit),
    transactions: list('transaction', await encodeHistory(ctx, { customerId: sheet.id, unit, wanted })),
  })
  const campaign = element({
    campaign_id: programme.id,
    campaign_type: campaignTypeOf(programme),
    campaign_name: programme.name,
    ...encodeTerms(programme, unit),
    customer,
  })
  return { head: { campaign } }
}

const maxTransactions = 20_000
const pageSize = 500

/** Newest first. What moves inside a customer's value (set aside, activated) is no transaction. */
async function encodeHistory(ctx: Ctx, of: { customerId: number; unit: Unit; wanted: number }): Promise<Element[]> {
  const { customerId, unit, wanted } = of
  const entries: StatementEntry[] = []
  for (let before: number | undefined; entries.length < wanted; ) {
    const page = await listPostings(ctx, {
      customerId,
      unitId: unit.id,
      limit: pageSize,
      ...(before ? { before } : {}),
    })
    entries.push(...page.filter(({ amount }) => amount !== 0))
    before = page.at(-1)?.id
    if (page.length < pageSize) break
  }
  const shown = entries.slice(0, wanted)
  const purchases = await loadPurchases(ctx, customerId, shown)
  return shown.map((entry) => encodeTransaction(ctx, { entry, unit, purchase: purchases.get(entry.purchaseId ?? 0) }))
}

async function loadPurchases(
  ctx: Ctx,
  customerId: number,
  entries: readonly StatementEntry[],
): Promise<Map<number, Purchase>> {
  if (!entries.some(({ purchaseId }) => purchaseId !== null)) return new Map()
  const { items } = await listPurchases(ctx, { customerId, limit: maxTransactions })
  return new Map(items.map((purchase) => [purchase.id, purchase]))
}

/** The authorization is the text the cashier gave, else the number of the purchase that earned. */
export function encodeTransaction(
  ctx: Ctx,
  of: { entry: StatementEntry; unit: Unit; purchase: Purchase | undefined },
): Element {
  const { entry, unit, purchase } = of
  const given = purchase?.data.authorization
  const time = localTime(entry.occurredAt, ctx.tenant.timeZone)
  const redeemed = entry.kind === 'spend' || entry.kind === 'capture'
  return element({
    id: entry.id,
    date: time.slice(0, 10),
    record_timestamp: time,
    redeemed: redeemed ? 'R' : null,
    authorization: entry.note ?? (typeof given === 'string' ? given : (purchase?.number ?? null)),
    amount: formatAmount(entry.amount, unit),
    amount_number: formatAmount(entry.amount, unit),
    amount_type: unit.kind === 'money' ? '$' : null,
    original_amount: purchase ? formatMinor(purchase.totalMinor, currencyScale(purchase.currency)) : null,
  })
}
