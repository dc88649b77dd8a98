import type { Purchase } from '../../api/types.ts'
import { nameOf } from '../../app/names.ts'
import { Decisions } from '../loyalty/decisions.tsx'
import { amountOf } from '../loyalty/words.ts'
import classes from './purchase-drawer.module.css'
import { explain, explainNothing } from './why.ts'

/** Why the purchase earned what it earned. Where rules decided, each of them says so; what they gave is not told a second time. */
export function Effects({ purchase }: { purchase: Purchase }) {
  const decided = purchase.decisions.length > 0
  const effects = decided ? purchase.effects.filter(({ kind }) => kind === 'reverse') : purchase.effects
  return (
    <section>
      <h3 className={classes.heading}>{purchase.kind === 'sale' ? 'Why it earned' : 'What was taken back'}</h3>
      {decided && <Decisions decisions={purchase.decisions} />}
      {!decided && effects.length === 0 && <p className={classes.nothing}>{explainNothing(purchase)}</p>}
      <ul className={classes.rows}>
        {effects.map((effect, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: effects have no id here and never change
          <li key={index} className={classes.row}>
            <span className={classes.grow}>
              {nameOf(effect.programme) ?? (effect.kind === 'earn' ? 'Earned' : 'Taken back')}
              <span className={classes.sub}>{explain(effect.why, purchase.currency)}</span>
            </span>
            <span className={classes.points}>
              {effect.kind === 'reverse' ? '−' : '+'}
              {amountOf(effect.amount, effect.unit)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
