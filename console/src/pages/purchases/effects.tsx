import type { Purchase, PurchaseEffect } from '../../api/types.ts'
import { formatCount, sentence } from '../../app/format.ts'
import { nameOf } from '../../app/names.ts'
import classes from './purchase-drawer.module.css'

/** Why the purchase earned what it earned, in the words of the rule. */
export function Effects({ purchase }: { purchase: Purchase }) {
  return (
    <section>
      <h3 className={classes.heading}>Why it earned</h3>
      {purchase.effects.length === 0 && <p className="muted">{whyNothing(purchase)}</p>}
      <ul className={classes.rows}>
        {purchase.effects.map((effect, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: effects have no id here and never change
          <li key={index} className={classes.row}>
            <span className={classes.grow}>
              {nameOf(effect.programme) ?? 'Programme'}
              <Why why={effect.why} />
            </span>
            <span className={classes.points}>
              {effect.kind === 'reverse' ? '−' : '+'}
              {formatCount(effect.amount)} {nameOf(effect.unit)?.toLowerCase() ?? 'points'}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function whyNothing(purchase: Purchase): string {
  if (purchase.kind !== 'sale') return 'Only sales earn.'
  if (!purchase.customer) return 'Nothing: nobody was named as the customer.'
  if (!purchase.reports.some((report) => report.confirmed)) return 'Nothing yet: no report was made with a secret.'
  return 'Nothing: no rule applied, or its source does not earn.'
}

function Why({ why }: { why: PurchaseEffect['why'] }) {
  if (typeof why === 'string') return <span className={classes.sub}>{why}</span>
  if (typeof why !== 'object' || why === null) return null
  const words = Object.entries(why).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return (
    <span className={classes.sub}>
      {words
        .map(([name, value]) => `${sentence(name)}: ${typeof value === 'number' ? formatCount(value) : value}`)
        .join(' · ')}
    </span>
  )
}
