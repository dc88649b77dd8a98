import type { Desk, Movement, Question, Quote, TillRefusal } from '../../api/till.ts'
import type { Balance, Unit } from '../../api/types.ts'
import { formatMoney } from '../../app/format.ts'
import { refusalSentence } from '../loyalty/decision-words.ts'
import { amountOf, type Names } from '../loyalty/words.ts'

/** Why a sale cannot be recorded as it stands. */
export function refusalText(
  { subject, name, reason, data }: TillRefusal,
  names: Names,
  units: readonly Unit[],
): string {
  if (reason === 'more_than_to_pay')
    return `That pays ${formatMoney(Number(data.asked), names.currency)}; only ${formatMoney(Number(data.found), names.currency)} is to pay.`
  if (subject === 'balance') {
    const unit = units.find((one) => one.name === name)
    return `Not enough: ${amountOf(Number(data.found), unit)} available, ${amountOf(Number(data.asked), unit)} asked for.`
  }
  return `${name}: ${refusalSentence(reason, data, names)}`
}

/** What is called the same in one unit is one line. */
export function gathered(movements: readonly Movement[]): readonly Movement[] {
  const lines = new Map<string, Movement>()
  for (const movement of movements) {
    const key = `${movement.unit.id} ${movement.name}`
    lines.set(key, { ...movement, amount: movement.amount + (lines.get(key)?.amount ?? 0) })
  }
  return [...lines.values()]
}

/** "+24 points, +1 visits". */
export function movementsText(movements: readonly Movement[]): string {
  return gathered(movements).map(movementText).join(', ')
}

export function movementText({ unit, amount }: Movement): string {
  return `+${amountOf(amount, unit)}`
}

/** "20 points" after a sale; the units that it touched first, then whatever else the customer has. */
export function balancesAfter(balances: readonly Balance[], moved: readonly Movement[]): readonly Balance[] {
  const touched = new Set(moved.map(({ unit }) => unit.id))
  return balances
    .filter(({ unit, available }) => touched.has(unit.id) || available !== 0)
    .sort((a, b) => Number(touched.has(b.unit.id)) - Number(touched.has(a.unit.id)))
}

/** What the button says that records it. */
export function recordLabel(question: Question, quote: Quote | undefined, currency: string): string {
  if (question.amount_minor !== undefined)
    return `Record ${formatMoney(quote?.to_pay_minor ?? question.amount_minor, currency)}`
  const gives = question.entries.length > 0
  const takes = question.takings.length + question.reward_ids.length + question.codes.length > 0
  return gives === takes ? 'Record' : gives ? 'Give' : 'Redeem'
}

export function unitsOf(desk: Desk): readonly Unit[] {
  return [...desk.programmes.map(({ unit }) => unit), ...desk.balances.map(({ unit }) => unit)]
}
