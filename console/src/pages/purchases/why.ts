import type { Purchase } from '../../api/types.ts'
import { formatCount, formatMoney, sentence } from '../../app/format.ts'

/** The server gives a stable word and the numbers it went by; this puts them into a sentence. */
export function explain(why: unknown, currency: string): string {
  if (typeof why === 'string') return why
  if (typeof why !== 'object' || why === null) return ''
  const facts = new Map(Object.entries(why).map(([name, value]) => [name.replaceAll('_', '').toLowerCase(), value]))
  const number = (name: string) => Number(facts.get(name) ?? Number.NaN)
  const money = (name: string) => formatMoney(number(name), String(facts.get('currency') ?? currency))
  switch (facts.get('reason')) {
    case 'earned':
      return `${pointsPer(number('pointsperunit'))} whole ${facts.get('currency') ?? currency}, on ${money('amountminor')}`
    case 'cancelled':
      return `${money('cancelledminor')} of ${money('ofminor')} was taken back`
    default:
      return [...facts]
        .flatMap(([name, value]) => (typeof value === 'object' ? [] : `${sentence(name)}: ${value}`))
        .join(' · ')
  }
}

function pointsPer(rate: number): string {
  return `${formatCount(rate)} ${rate === 1 ? 'point' : 'points'} for each`
}

/** Why a purchase without an effect earned nothing, as far as it shows. */
export function explainNothing(purchase: Purchase): string {
  if (purchase.kind !== 'sale') return 'Only sales earn; a cancellation takes back what its sale earned.'
  if (!purchase.customer) return 'Nothing: nobody was named as the customer.'
  if (!purchase.reports.some((report) => report.confirmed)) return 'Nothing yet: no report was made with a secret.'
  return 'Nothing: its source does not earn, or the amount is below one point.'
}
