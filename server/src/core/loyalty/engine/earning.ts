import type { Minor } from '../../../platform/money.ts'
import { defaultEarnSources, evaluateProgramme } from '../rules.ts'
import type { EvaluationReason, Programme } from '../types.ts'
import { type Basis, basisOf, isBought, partOf } from './basis.ts'
import { type Lifetime, lifetimeOf } from './calendar.ts'
import { type Failure, firstFailure, type Situation } from './conditions.ts'
import { checkForce } from './force.ts'
import { roomOf } from './limits.ts'
import { areLinesUntold, lineTest } from './lines.ts'
import { quotient } from './shares.ts'
import type { Decision, Earned, EarningRule, Question, Refusal, RuleId } from './types.ts'

/** What the purchase earns on what benefits left of it. */
export function earn(
  question: Question,
  situation: Situation,
  after: { left: readonly Minor[]; totalMinor: Minor },
): { earned: readonly Earned[]; decisions: readonly Decision[] } {
  const basis = basisOf(situation.basket, after.left, after.totalMinor)
  const { programme } = question.book
  const base = programme && evaluateBase(programme, basis, situation)
  const gains: Gain[] = base?.gain ? [base.gain] : []
  const decisions: Decision[] = base ? [base.decision] : []
  const progress: Progress = { baseAmount: base?.gain?.amount ?? 0, groups: new Map() }
  for (const rule of question.book.rules) {
    const fired = fire(rule, { question, situation, basis, progress })
    const named = { subject: 'rule', id: rule.id, name: rule.name } as const
    if ('reason' in fired) {
      decisions.push({ ...named, fired: false, reason: fired.reason, amount: 0, data: fired.data })
      continue
    }
    const { exclusiveGroup } = rule.definition
    if (exclusiveGroup !== undefined) progress.groups.set(exclusiveGroup, rule.id)
    decisions.push({ ...named, fired: true, reason: 'fired', amount: fired.amount, data: fired.data })
    gains.push({
      unitId: rule.unitId,
      programmeId: null,
      ruleId: rule.id,
      amount: fired.amount,
      ...lifetimeFor(rule, programme, situation),
    })
  }
  return { earned: grouped(gains), decisions }
}

interface Gain extends Lifetime {
  readonly unitId: Earned['unitId']
  readonly programmeId: number | null
  readonly ruleId: number | null
  readonly amount: Minor
}

interface Progress {
  /** What the base programme gives for all of the basket. */
  readonly baseAmount: Minor
  readonly groups: Map<string, RuleId>
}

/** The refusals of the programme in the words of rules; the programme's own word stays in the data. */
const programmeRefusals: Readonly<Record<Exclude<EvaluationReason, 'earned'>, Refusal>> = {
  programme_inactive: 'not_active',
  not_a_points_programme: 'not_active',
  not_confirmed: 'purchase_does_not_earn',
  source_does_not_earn: 'purchase_does_not_earn',
  below_one_point: 'below_one',
}

function evaluateBase(programme: Programme, basis: Basis, situation: Situation): { decision: Decision; gain?: Gain } {
  const { basket, customer } = situation
  const named = { subject: 'programme', id: programme.id, name: programme.name } as const
  const refused = (reason: Refusal, data: Decision['data']) => ({
    decision: { ...named, fired: false, reason, amount: 0, data },
  })
  if (!basket.earns) return refused('purchase_does_not_earn', {})
  if (!customer) return refused('no_customer', {})
  const { points, why, ...lifetime } = evaluateProgramme(programme, { ...basket, earningMinor: basis.amountMinor })
  const { reason, ...data } = why
  if (reason !== 'earned') return refused(programmeRefusals[reason], { ...data, programme: reason })
  return {
    decision: { ...named, fired: true, reason: 'fired', amount: points, data },
    gain: { unitId: programme.unitId, programmeId: programme.id, ruleId: null, amount: points, ...lifetime },
  }
}

interface Looking {
  readonly question: Question
  readonly situation: Situation
  readonly basis: Basis
  readonly progress: Progress
}

interface Fired {
  readonly amount: Minor
  readonly data: Decision['data']
}

function fire(rule: EarningRule, { question, situation, basis, progress }: Looking): Fired | Failure {
  const { basket, customer } = situation
  const { definition } = rule
  const failure = checkForce(rule, basket.occurredAt) ?? checkTrust(situation, question.book.programme)
  if (failure) return failure
  if (!customer) return { reason: 'no_customer', data: {} }
  const unmet = firstFailure(definition.conditions, situation)
  if (unmet) return unmet
  const lines = linesOf(rule, situation, basis)
  if (lines === 'none') return { reason: areLinesUntold(basket) ? 'lines_untold' : 'no_lines', data: {} }
  // Refused when a rule is written. A sale may still name one on request that is of another programme.
  if (definition.earning.kind === 'multiply' && rule.unitId !== question.book.programme?.unitId)
    return { reason: 'below_one', data: { factor: definition.earning.factor, baseAmount: 0 } }
  const by = definition.exclusiveGroup === undefined ? undefined : progress.groups.get(definition.exclusiveGroup)
  if (by !== undefined) return { reason: 'excluded', data: { by, exclusiveGroup: definition.exclusiveGroup } }
  const room = roomOf({ id: rule.id, limits: definition.limits, usage: question.usage, isCustomerKnown: true })
  if ('reason' in room) return room
  const worked = amountFor(rule, basis, { lines, baseAmount: progress.baseAmount })
  if (worked.amount <= 0) return { reason: 'below_one', data: worked.data }
  if (worked.amount <= room.amount) return worked
  return { amount: room.amount, data: { ...worked.data, limitedBy: room.amountLimitedBy, unlimited: worked.amount } }
}

/** Whose word moves value is a setting of the programme, for its rules too: a browser's never does. */
function checkTrust({ basket }: Situation, programme: Programme | undefined): Failure | undefined {
  if (!basket.earns) return { reason: 'purchase_does_not_earn', data: {} }
  if (!basket.confirmed) return { reason: 'purchase_does_not_earn', data: { programme: 'not_confirmed' } }
  const sources = programme?.settings.earnSources ?? defaultEarnSources
  if (sources.includes(basket.source)) return undefined
  return { reason: 'purchase_does_not_earn', data: { programme: 'source_does_not_earn', source: basket.source } }
}

/** The rule's lines that may earn; undefined: all of the basket, whether it has lines or only a total; none: nothing fits. */
function linesOf(rule: EarningRule, { basket }: Situation, basis: Basis): Basis['lines'] | undefined | 'none' {
  const filter = rule.definition.lines
  if (filter === undefined) {
    const isThere = basket.lines.length === 0 ? basket.totalMinor > 0 : basis.isBought
    return isThere ? undefined : 'none'
  }
  const fits = lineTest(filter)
  const lines = basis.lines.filter(({ line }) => fits(line))
  // What was taken back lowers what the others earn.
  return isBought(lines) ? lines : 'none'
}

/** Factors have four decimals at most. */
const factorParts = 10_000

function amountFor(
  { definition: { earning } }: EarningRule,
  basis: Basis,
  { lines, baseAmount }: { lines: Basis['lines'] | undefined; baseAmount: Minor },
): Fired {
  const { part, whole } = partOf(basis, lines)
  const amountMinor = quotient([basis.amountMinor, part], [whole], 'nearest')
  switch (earning.kind) {
    case 'fixed':
      return { amount: earning.amount, data: { amountMinor } }
    case 'per_amount': {
      const { amount, perMinor, rounding } = earning
      const earned = quotient([amount, basis.amountMinor, part], [perMinor, whole], rounding)
      return { amount: earned, data: { amountMinor, amount, perMinor } }
    }
    case 'multiply': {
      const { factor, rounding } = earning
      const added = Math.round(factor * factorParts) - factorParts
      const earned = quotient([baseAmount, added, part], [factorParts, whole], rounding)
      return { amount: earned, data: { amountMinor, factor, baseAmount } }
    }
  }
}

/** In the programme's own unit a rule that says nothing else follows the programme. */
function lifetimeFor(rule: EarningRule, programme: Programme | undefined, { basket }: Situation): Lifetime {
  const own = rule.definition
  const settings = rule.unitId === programme?.unitId ? programme.settings : {}
  const { expiresAfterDays } = settings
  const terms = {
    activatesAfterDays: own.activatesAfterDays ?? settings.activatesAfterDays,
    expires: own.expires ?? (expiresAfterDays ? { afterDays: expiresAfterDays } : undefined),
  }
  return lifetimeOf(terms, basket.occurredAt, basket.timeZone)
}

/** One for each unit, activation and expiry, in the order in which the first of each came. */
function grouped(gains: readonly Gain[]): Earned[] {
  const groups = new Map<string, Gain[]>()
  for (const gain of gains) {
    const key = `${gain.unitId}:${gain.activatesAt?.getTime() ?? ''}:${gain.expiresAt?.getTime() ?? ''}`
    const group = groups.get(key)
    if (group) group.push(gain)
    else groups.set(key, [gain])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { unitId, activatesAt, expiresAt } = first
    return {
      unitId,
      programmeId: group.find((gain) => gain.programmeId !== null)?.programmeId ?? null,
      amount: group.reduce((sum, gain) => sum + gain.amount, 0),
      ...(activatesAt ? { activatesAt } : {}),
      ...(expiresAt ? { expiresAt } : {}),
      parts: group.map(({ ruleId, amount }) => ({ ruleId, amount })),
    }
  })
}
