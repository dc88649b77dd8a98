import { listPostings, type StatementEntry, type Unit } from '../../../core/ledger/index.ts'
import { balancesAfterCharges, type Programme } from '../../../core/loyalty/index.ts'
import { listPurchases, type Purchase } from '../../../core/purchases/index.ts'
import { programmesOf } from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call } from '../auth.ts'
import {
  type Campaigns,
  describeCampaigns,
  encodeBalances,
  encodeTerms,
  formatAmount,
  getNamedCampaign,
  listActiveCampaigns,
  unitOf,
} from '../campaigns.ts'
import { codeOf, encodeCustomer, getNamedCustomer } from '../customers.ts'
import { findInteger, isNo, isYes } from '../decode.ts'
import { type Answer, type Element, element, list } from '../encode.ts'
import { encodeTransaction } from '../transaction.ts'
import { campaignTypeOf } from '../vocabulary.ts'

/** A customer with the balances in every campaign, in one, or without. */
export async function showCustomer(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const only = fields.has('campaign_id') ? await getNamedCampaign(call) : undefined
  const sheet = await getNamedCustomer(ctx, fields)
  const customer = encodeCustomer(sheet, { hideCustomField: isYes(fields.get('hide_custom_field')) })
  if (isNo(fields.get('include_balances'))) return { head: { customer } }
  const all = await encodeBalances(call, sheet.id, { only })
  const own = isYes(fields.get('show_only_belong_to')) ? await campaignsOf(ctx, sheet.id) : undefined
  const shown = own ? all.filter(({ entries }) => own.has(Number(entries.id))) : all
  return { head: { customer, campaigns: list('campaign', shown) } }
}

/** Balance and history in one campaign: no transactions for 0, so many, or all when the number is left out. */
export async function showBalance(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const programme = await getNamedCampaign(call)
  const sheet = await getNamedCustomer(ctx, fields)
  const unit = await unitOf(ctx, programme)
  const wanted = findInteger(fields, 'transactions_number', { max: maxTransactions }) ?? maxTransactions
  const campaigns = await describeCampaigns(ctx, [programme])
  const units = unitsOf(programme, campaigns)
  const balances = (await balancesAfterCharges(ctx, sheet.id)).filter((one) => units.has(one.unit.id))
  const isWhole = isYes(fields.get('across_campaigns')) || !(await isShared(call, programme))
  const history = { customerId: sheet.id, units, wanted, programmeId: isWhole ? null : programme.id }
  const customer = element({
    code: codeOf(sheet),
    card_number: sheet.cardNumber,
    first_name: sheet.firstName,
    last_name: sheet.lastName,
    balance: formatAmount(
      balances.reduce((sum, { available }) => sum + available, 0),
      unit,
    ),
    transactions: list('transaction', await encodeHistory(ctx, history)),
  })
  const campaign = element({
    campaign_id: programme.id,
    campaign_type: campaignTypeOf(programme),
    campaign_name: programme.name,
    ...encodeTerms(programme, campaigns),
    customer,
  })
  return { head: { campaign } }
}

/** A campaign of items has a unit for each of them, every other has one. */
function unitsOf(programme: Programme, { units, items }: Campaigns): ReadonlyMap<number, Unit> {
  const ids = programme.kind === 'items' ? (items.get(programme.id) ?? []).map(({ unitId }) => unitId) : []
  const all = ids.length > 0 ? ids : [programme.unitId]
  return new Map(all.flatMap((id) => [...(units.has(id) ? [[id as number, units.get(id) as Unit] as const] : [])]))
}

/** In a coalition the balance is that of all its campaigns; the history is one campaign's unless all are asked for. */
async function isShared(call: Call, programme: Programme): Promise<boolean> {
  return (await listActiveCampaigns(call)).some(({ id, unitId }) => id !== programme.id && unitId === programme.unitId)
}

const maxTransactions = 20_000
const pageSize = 500

interface History {
  readonly customerId: number
  readonly units: ReadonlyMap<number, Unit>
  readonly wanted: number
  /** Only what was entered in this campaign. */
  readonly programmeId: number | null
}

/** Newest first. What moves inside a customer's value (set aside, activated) is no transaction. */
async function encodeHistory(ctx: Ctx, of: History): Promise<Element[]> {
  const { customerId, units, wanted } = of
  const [only] = units.size === 1 ? units.keys() : []
  const entries: StatementEntry[] = []
  for (let before: number | undefined; entries.length < wanted; ) {
    const page = await listPostings(ctx, {
      customerId,
      ...(only === undefined ? {} : { unitId: only }),
      limit: pageSize,
      ...(before ? { before } : {}),
    })
    entries.push(...page.filter((entry) => isShown(of, entry)))
    before = page.at(-1)?.id
    if (page.length < pageSize) break
  }
  const shown = entries.slice(0, wanted)
  const purchases = await loadPurchases(ctx, customerId, shown)
  return shown.flatMap((entry) => {
    const unit = units.get(entry.unitId)
    return unit ? [encodeTransaction(ctx, { entry, unit, purchase: purchases.get(entry.purchaseId ?? 0) })] : []
  })
}

function isShown({ units, programmeId }: History, entry: StatementEntry): boolean {
  const isOwn = programmeId === null || entry.programmeId === null || entry.programmeId === programmeId
  return isOwn && entry.amount !== 0 && units.has(entry.unitId)
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

/** Where the customer was entered or enrolled; in a coalition all its campaigns show the same balance. */
async function campaignsOf(ctx: Ctx, customerId: number): Promise<ReadonlySet<number>> {
  return new Set(await programmesOf(ctx, customerId))
}
