import { listUnits, type Unit } from '../../../core/ledger/index.ts'
import { getProgramme, listProgrammes, type Programme } from '../../../core/loyalty/index.ts'
import {
  type CustomerSheet,
  getCustomerSheets,
  type PostingSheet,
  programmeTotals,
  walkPostings,
} from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { assert } from '../../../platform/errors.ts'
import { currencyScale, formatMinor } from '../../../platform/money.ts'
import { localTime } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import { formatAmount, unitOf } from '../campaigns.ts'
import { codeOf, phoneOf } from '../customers.ts'
import { findInteger } from '../decode.ts'
import { type Answer, type Element, element } from '../encode.ts'
import { requireRange, withCommas } from '../report.ts'
import { type CampaignType, campaignTypeOf, textAttribute } from '../vocabulary.ts'

/** Every transaction or only the redemptions, by number; with `last` those after that number. */
export async function transactionsReport({ ctx, fields }: Call, only: { onlySpending: boolean }): Promise<Answer> {
  const query = { ...requireRange(ctx.tenant.timeZone, fields), ...only, after: findInteger(fields, 'last') ?? 0 }
  let count = 0
  const items = encodeTransactions(ctx, walkPostings(ctx, query), () => count++)
  return {
    rows: { singular: 'transaction', plural: 'transactions', wrapped: false, items },
    tail: () => ({ transactions_count: count }),
  }
}

async function* encodeTransactions(
  ctx: Ctx,
  pages: AsyncIterable<readonly PostingSheet[]>,
  counted: () => void,
): AsyncGenerator<Element> {
  const units = await unitsByProgramme(ctx)
  for await (const page of pages) {
    const ids = [...new Set(page.map((posting) => posting.customerId))]
    const customers = new Map((await getCustomerSheets(ctx, ids)).map((sheet) => [sheet.id, sheet]))
    for (const posting of page) {
      counted()
      const unit = units.get(posting.programmeId)
      assert(unit, 'a posting belongs to a programme of the tenant, and that to a unit')
      yield encodeTransaction(ctx, { posting, unit, customer: customers.get(posting.customerId) })
    }
  }
}

async function unitsByProgramme(ctx: Ctx): Promise<ReadonlyMap<number, Unit>> {
  const units = new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit]))
  const entries = (await listProgrammes(ctx)).map((programme) => [programme.id, units.get(programme.unitId)] as const)
  return new Map(entries.filter((entry): entry is [Programme['id'], Unit] => entry[1] !== undefined))
}

/** A customer who was erased since leaves an empty name. */
function encodeTransaction(
  ctx: Ctx,
  of: { posting: PostingSheet; unit: Unit; customer: CustomerSheet | undefined },
): Element {
  const { posting, unit, customer } = of
  const time = localTime(posting.occurredAt, ctx.tenant.timeZone)
  const given = posting.purchaseData?.authorization
  const original =
    posting.purchaseTotalMinor === null
      ? null
      : formatMinor(posting.purchaseTotalMinor, currencyScale(posting.purchaseCurrency ?? ctx.tenant.currency))
  return element({
    id: posting.id,
    code: customer ? codeOf(customer) : null,
    card_number: customer?.cardNumber ?? null,
    date: time.slice(0, 10),
    record_timestamp: time,
    authorization: posting.note ?? (typeof given === 'string' ? given : posting.purchaseNumber),
    campaign_id: posting.programmeId,
    user_name: posting.actor,
    user_custom1: null,
    first_name: customer?.firstName ?? null,
    last_name: customer?.lastName ?? null,
    phone: customer ? phoneOf(customer) : null,
    email: customer?.email ?? null,
    custom1: customer ? textAttribute(customer.attributes, 'customField') : null,
    redeemed: posting.kind === 'spend' || posting.kind === 'capture' ? 'R' : null,
    amount_number: formatAmount(posting.amount, unit),
    amount_type: unit.kind === 'money' ? '$' : null,
    original_amount: original,
  })
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
export async function auditTotals({ ctx, fields }: Call): Promise<Answer> {
  const totals = await programmeTotals(ctx, requireRange(ctx.tenant.timeZone, fields))
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

/** Points by the ratio of redemption; visits and pieces have no price. */
function encodeWorth(ctx: Ctx, programme: Programme, of: { amount: number; unit: Unit }): string | null {
  if (of.unit.kind === 'money') return withCommas(formatAmount(of.amount, of.unit))
  const ratio = programme.settings.pointsPerCurrencyUnitRedeemed
  if (programme.kind !== 'points' || !ratio) return null
  const scale = currencyScale(ctx.tenant.currency)
  return withCommas(formatMinor(Math.round((of.amount * 10 ** scale) / ratio), scale))
}
