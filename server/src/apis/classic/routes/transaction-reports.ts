import type { Unit } from '../../../core/ledger/index.ts'
import { getProgramme, type Programme } from '../../../core/loyalty/index.ts'
import { programmeTotals, walkPostings } from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, formatMinor } from '../../../platform/money.ts'
import type { Call } from '../auth.ts'
import { findCoalitionUnit, formatAmount, listVisibleCampaigns, unitOf } from '../campaigns.ts'
import { findInteger, isYes, listTexts, refuse } from '../decode.ts'
import { type Answer, type Element, element } from '../encode.ts'
import { actorOf, encodePostings, knownFor } from '../postings.ts'
import { decodeProgrammeIds, decodeRange, requireRange, withCommas } from '../report.ts'
import { type CampaignType, campaignTypeOf } from '../vocabulary.ts'

/**
 * Every transaction or only the redemptions, by number; with `last` those after that number, and with `restrict_by_user`
 * those that one of these users entered. Who was enrolled without earning anything is told where that is asked for.
 */
export async function transactionsReport(call: Call, only: { onlySpending: boolean }): Promise<Answer> {
  const { ctx, fields } = call
  const users = listTexts(fields, 'restrict_by_user')
  const query = {
    ...(await requireRange(call)),
    ...only,
    after: findInteger(fields, 'last') ?? 0,
    withMembers: !only.onlySpending && isYes(fields.get('show_activations')),
    ...(users.length > 0 ? { actors: users.map(actorOf) } : {}),
  }
  let count = 0
  const items = encodeTransactions(ctx, query, () => count++)
  return {
    rows: { singular: 'transaction', plural: 'transactions', wrapped: false, items },
    tail: () => ({ transactions_count: count }),
  }
}

async function* encodeTransactions(
  ctx: Ctx,
  query: Parameters<typeof walkPostings>[1],
  counted: () => void,
): AsyncGenerator<Element> {
  const known = await knownFor(ctx)
  for await (const page of walkPostings(ctx, query)) {
    for (const row of await encodePostings(ctx, page, known)) {
      counted()
      yield row
    }
  }
}

/** The manual shows the letter of points only; the others are ours. */
const letters: Readonly<Record<CampaignType, string>> = {
  points: 'T',
  giftcard: 'G',
  earned: 'E',
  events: 'V',
  buyx: 'B',
}

/** What each campaign gave and took in the range, and what it owes for it. */
export async function auditTotals(call: Call): Promise<Answer> {
  const { ctx } = call
  const totals = await programmeTotals(ctx, await requireRange(call))
  const items = totals.map(async ({ programmeId, given, spent }) => {
    const programme = await getProgramme(ctx, programmeId)
    const unit = await unitOf(ctx, programme)
    return element({
      campaign_name: programme.name,
      campaign_type: letters[campaignTypeOf(programme)],
      earned: withCommas(formatAmount(given, unit)),
      redeemed: withCommas(formatAmount(-spent, unit)),
      liability: withCommas(formatAmount(given - spent, unit)),
      monetary_equivalent: encodeWorth(ctx, programme, { amount: given - spent, unit }),
      campaign_id: programme.id,
    })
  })
  return { rows: { singular: 'campaign', plural: 'campaigns', wrapped: false, items: inTurn(items) } }
}

async function* inTurn(items: readonly Promise<Element>[]): AsyncGenerator<Element> {
  for (const item of await Promise.all(items)) yield item
}

/** The sums over all campaigns of the coalition, or over those of them that are selected. */
export async function coalitionTotals(call: Call, kind: 'points' | 'stored_value'): Promise<Answer> {
  const { ctx, fields } = call
  const unit = (await findCoalitionUnit(call, kind)) ?? refuse('report', 'has no campaign')
  const selected = fields.has('selected_campaigns') ? await decodeProgrammeIds(call) : undefined
  const all = (await listVisibleCampaigns(call)).filter((one) => one.kind === kind && one.unitId === unit.id)
  const campaigns = all.filter(({ id }) => !selected || selected.includes(id))
  const { from, to } = decodeRange(ctx.tenant.timeZone, fields)
  if (!from) return refuse('date_start', 'is required')
  const programmeIds = campaigns.map(({ id }) => id)
  const totals = await programmeTotals(ctx, { programmeIds, from, ...(to ? { to } : {}) })
  const [given, spent] = [sum(totals.map((one) => one.given)), sum(totals.map((one) => one.spent))]
  const [first] = campaigns
  const coalition = element({
    campaigns: programmeIds.join(','),
    earned: withCommas(formatAmount(given, unit)),
    redeemed: withCommas(formatAmount(-spent, unit)),
    liability: withCommas(formatAmount(given - spent, unit)),
    monetary_equivalent: first ? encodeWorth(ctx, first, { amount: given - spent, unit }) : null,
  })
  return { head: { coalition } }
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

/** Points by the ratio of redemption; visits and pieces have no price. */
function encodeWorth(ctx: Ctx, programme: Programme, of: { amount: number; unit: Unit }): string | null {
  if (of.unit.kind === 'money') return withCommas(formatAmount(of.amount, of.unit))
  const ratio = programme.settings.pointsPerCurrencyUnitRedeemed
  if (programme.kind !== 'points' || !ratio) return null
  const scale = currencyScale(ctx.tenant.currency)
  return withCommas(formatMinor(Math.round((of.amount * 10 ** scale) / ratio), scale))
}
