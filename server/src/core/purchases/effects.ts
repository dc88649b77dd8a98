import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { applyOperations, findDefaultUnit, type Operation } from '../ledger/index.ts'
import {
  countUsage,
  type Decision,
  evaluate,
  factsNeeded,
  findDefaultProgramme,
  loadRuleBook,
  loadUsage,
  type Outcome,
  type Programme,
  pointsValue,
  type RuleBook,
  requestedRules,
  type Used,
} from '../loyalty/index.ts'
import { type Basis, selectBases, selectSaleLines } from './basis-store.ts'
import { basketsOf, type Sale, type SaleLine } from './basket.ts'
import { loadFacts } from './facts.ts'
import { type EffectRow, insertEffects, insertPayments, type PaymentRow } from './line-store.ts'
import { markEarned, setDecisions } from './store.ts'
import type { PurchaseReport } from './types.ts'

/**
 * Works out what these purchases earn, as their rows stand now, and posts it: each once. Answers the points of each purchase
 * that earned.
 */
export async function earnFor(
  ctx: Ctx,
  purchaseIds: readonly number[],
  requestedIds: readonly number[] = [],
): Promise<Map<number, number>> {
  const earned = new Map<number, number>()
  if (purchaseIds.length === 0) return earned
  const book = withRequested(onlyEarning(await loadRuleBook(ctx)), await requestedRules(ctx, requestedIds))
  const bases = (await selectBases(ctx, purchaseIds)).filter(mayEarn)
  const worths: (Worth & { id: number })[] = []
  const outcomes = await outcomesOf(ctx, book, bases)
  for (const [index, basis] of bases.entries()) {
    const outcome = outcomes[index]
    if (!outcome) continue
    const worth = planEarning(basis, outcome, book)
    worths.push({ ...worth, id: basis.id })
    if (worth.points > 0) earned.set(basis.id, worth.points)
  }
  const planned = worths.flatMap((worth) => worth.planned)
  await post(
    ctx,
    planned.map(({ operation }) => operation),
  )
  await insertEffects(
    ctx,
    planned.map(({ effect }) => effect),
  )
  await markEarned(
    ctx,
    worths.filter(({ settled }) => settled).map(({ id }) => id),
  )
  await setDecisions(
    ctx,
    worths.flatMap(({ id, decisions }) => (decisions ? [{ id, decisions }] : [])),
  )
  return earned
}

type Earner = Basis & { readonly customerId: number }

function mayEarn(basis: Basis): basis is Earner {
  return basis.kind === 'sale' && basis.state === 'completed' && basis.earnedAt === null && basis.customerId !== null
}

/** A purchase that was made has its benefits in its prices. */
export function onlyEarning(book: RuleBook): RuleBook {
  return { ...book, rewards: [] }
}

function withRequested(book: RuleBook, rules: RuleBook['rules']): RuleBook {
  if (rules.length === 0) return book
  return { ...book, rules: [...book.rules, ...rules].sort((a, b) => a.priority - b.priority || a.id - b.id) }
}

async function outcomesOf(ctx: Ctx, book: RuleBook, bases: readonly Earner[]): Promise<Outcome[]> {
  const needed = factsNeeded(book)
  const ids = bases.map(({ id }) => id)
  const lines =
    book.rules.length > 0 ? Map.groupBy(await selectSaleLines(ctx, ids), (line) => line.purchaseId) : undefined
  const sales = bases.map(
    (basis): Sale => ({
      ...basis,
      earns: true,
      lines: lines ? (lines.get(basis.id) ?? []) : gathered(basis),
    }),
  )
  const baskets = await basketsOf(ctx, sales, needed, { benefits: false })
  const outcomes: Outcome[] = []
  for (const [index, basket] of baskets.entries()) {
    const basis = bases[index]
    if (!basis) continue
    const { customerId, occurredAt: at } = basis
    const usageOf = { needed: needed.usage, customerId, at }
    const usage = await loadUsage(ctx, usageOf, { lock: true })
    const customer = await loadFacts(ctx, { customerId, purchaseId: basis.id, at }, needed, book.programme)
    const outcome = evaluate({ book, basket, customer, usage, codes: [], now: ctx.clock.now() })
    outcomes.push(outcome)
    await countUsage(ctx, usageOf, usedBy(outcome))
  }
  return outcomes
}

/** How often and how much each rule gave. */
function usedBy(outcome: Outcome): ReadonlyMap<number, Used> {
  return new Map(
    outcome.decisions
      .filter(({ fired, subject }) => fired && subject === 'rule')
      .map(({ id, amount }) => [id, { uses: 1, amount }]),
  )
}

/** Without rules that ask for lines all that counts is how much of the total may earn. */
export function gathered({ totalMinor, silentMinor }: { totalMinor: number; silentMinor: number }): SaleLine[] {
  const line = { code: '', categoryCode: null, quantity: 1, givenMinor: 0 }
  return [
    { ...line, position: 1, totalMinor: totalMinor - silentMinor, earns: true, discountable: true },
    { ...line, position: 2, totalMinor: silentMinor, earns: false, discountable: false },
  ]
}

export interface Worth {
  /** Worked out for good: it does not earn again, whatever is told later. */
  readonly settled: boolean
  /** In the programme's unit; what rules give in another is posted beside it. */
  readonly points: number
  readonly planned: readonly { operation: Operation; effect: EffectRow }[]
  /** Kept with the purchase where there was more to decide than the programme. */
  readonly decisions: readonly Decision[] | undefined
}

/** What a sale of a customer earns, as the postings that give it and the rows that say why. */
export function planEarning(
  sale: { readonly id: number; readonly customerId: number; readonly occurredAt: Date },
  outcome: Outcome,
  book: RuleBook,
): Worth {
  const { programme } = book
  const base = outcome.decisions.find(({ subject }) => subject === 'programme')
  const names = new Map(book.rules.map((rule) => [rule.id as number, rule.name]))
  const planned = outcome.earned.map((earned, index) => {
    const programmeId = earned.programmeId ?? (earned.unitId === programme?.unitId ? programme.id : null)
    // The programme gives in one posting at most, whatever rules add to it.
    const key =
      earned.programmeId === null
        ? `purchase:${sale.id}:earn:rules:${earned.unitId}:${index}`
        : `purchase:${sale.id}:earn:${earned.programmeId}`
    const parts = earned.parts.map(({ ruleId, amount }) => ({ ruleId, name: names.get(ruleId ?? 0) ?? null, amount }))
    const operation: Operation = {
      kind: 'earn',
      key,
      unitId: earned.unitId,
      customerId: sale.customerId,
      purchaseId: sale.id,
      amount: earned.amount,
      occurredAt: sale.occurredAt,
      activatesAt: earned.activatesAt,
      expiresAt: earned.expiresAt,
      ...(programmeId === null ? {} : { programmeId }),
    }
    const effect: EffectRow = {
      purchaseId: sale.id,
      kind: 'earn',
      programmeId,
      unitId: earned.unitId,
      amount: earned.amount,
      postingKey: key,
      originalId: null,
      why: {
        reason: 'earned',
        ...(earned.programmeId === null ? {} : base?.data),
        ...(parts.some(({ ruleId }) => ruleId !== null) ? { parts } : {}),
      },
    }
    return { operation, effect }
  })
  return {
    settled: planned.length > 0 || base?.reason === 'below_one',
    points: outcome.earned
      .filter(({ unitId }) => unitId === programme?.unitId)
      .reduce((sum, { amount }) => sum + amount, 0),
    planned,
    decisions: book.rules.length > 0 ? outcome.decisions : undefined,
  }
}

/** Applies operations; a refused one is thrown, so that the transaction it belongs to is undone. */
export async function post(ctx: Ctx, operations: readonly Operation[]): Promise<void> {
  for (const result of await applyOperations(ctx, operations)) {
    if ('refused' in result) throw new DomainError(result.refused, result.data)
  }
}

/** Spends what new purchases are paid with. Refuses balance.insufficient, and request.invalid without a customer. */
export async function spendFor(
  ctx: Ctx,
  purchases: readonly { purchaseId: number; report: PurchaseReport }[],
): Promise<void> {
  if (purchases.length === 0) return
  const programme = await findDefaultProgramme(ctx)
  const planned: { operation: Operation; payment: PaymentRow }[] = []
  for (const { purchaseId, report } of purchases) {
    planned.push(...planSpends(purchaseId, report, programme, await spendsOf(ctx, report, programme)))
  }
  await post(
    ctx,
    planned.map(({ operation }) => operation),
  )
  await insertPayments(
    ctx,
    planned.map(({ payment }) => payment),
  )
}

/** The postings that pay for a purchase, and the rows that say so. Refuses request.invalid without a customer. */
export function planSpends(
  purchaseId: number,
  report: PurchaseReport,
  programme: Programme | undefined,
  spends: readonly Spend[],
): { operation: Operation; payment: PaymentRow }[] {
  return spends.map((spend) => {
    if (report.customerId === undefined || !report.confirmed)
      throw new DomainError('request.invalid', { field: 'customerId' })
    const key = `purchase:${purchaseId}:spend:${spend.unitId}`
    const operation: Operation = {
      kind: 'spend',
      key,
      unitId: spend.unitId,
      customerId: report.customerId,
      purchaseId,
      amount: spend.amount,
      ...(spend.kind === 'points' && programme ? { programmeId: programme.id } : {}),
    }
    const payment = {
      purchase_id: purchaseId,
      kind: spend.kind,
      amount_minor: spend.valueMinor,
      unit_id: spend.unitId,
      unit_amount: spend.amount,
      posting_key: key,
      data: report.spend?.deducted ? { deducted: true } : null,
    }
    return { operation, payment }
  })
}

export interface Spend {
  readonly kind: 'points' | 'credit'
  readonly unitId: number
  readonly amount: number
  readonly valueMinor: number
}

export async function spendsOf(ctx: Ctx, report: PurchaseReport, programme: Programme | undefined): Promise<Spend[]> {
  const spends: Spend[] = []
  const { points = 0, creditMinor = 0 } = report.spend ?? {}
  if (points > 0) {
    if (!programme) throw new DomainError('programme.not_found')
    spends.push({
      kind: 'points',
      unitId: programme.unitId,
      amount: points,
      valueMinor: pointsValue(ctx, programme, points),
    })
  }
  if (creditMinor > 0) {
    const unit = await findDefaultUnit(ctx, 'money', report.currency)
    if (!unit) throw new DomainError('unit.not_found', { currency: report.currency })
    spends.push({ kind: 'credit', unitId: unit.id, amount: creditMinor, valueMinor: creditMinor })
  }
  return spends
}
