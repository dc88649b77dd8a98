import { IconCheck, IconMinus } from '@tabler/icons-react'
import type { Decision } from '../../api/loyalty-types.ts'
import { formatMoney } from '../../app/format.ts'
import { decisionSentence } from './decision-words.ts'
import classes from './decisions.module.css'
import { useNames } from './names.ts'
import { amountOf, type Names } from './words.ts'

/** Every rule and reward that was looked at: what it gave and why, or why not. Those that gave something come first. */
export function Decisions({ decisions, highlight }: { decisions: readonly Decision[]; highlight?: number }) {
  const names = useNames()
  if (decisions.length === 0) return <p className="muted">No rule or reward is turned on.</p>
  const sorted = [...decisions.filter(({ fired }) => fired), ...decisions.filter(({ fired }) => !fired)]
  return (
    <ul className={classes.decisions}>
      {sorted.map((decision, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: a code may be offered twice, so that no part of a decision is unique
          key={index}
          className={classes.decision}
          data-fired={decision.fired || undefined}
          data-highlight={(highlight !== undefined && decision.id === highlight) || undefined}
        >
          <span className={classes.mark}>
            {decision.fired ? (
              <IconCheck size={14} stroke={2.4} aria-label="Given" />
            ) : (
              <IconMinus size={14} aria-label="Not given" />
            )}
          </span>
          <span className={classes.text}>
            <span className={classes.name}>{decision.name}</span>
            <span className={classes.why}>{decisionSentence(decision, names)}</span>
          </span>
          {decision.fired && <Amount decision={decision} names={names} />}
        </li>
      ))}
    </ul>
  )
}

function Amount({ decision, names }: { decision: Decision; names: Names }) {
  const { subject, amount, unit } = decision
  if (subject === 'reward')
    return amount > 0 ? <span className={classes.discount}>−{formatMoney(amount, names.currency)}</span> : null
  return <span className={classes.points}>+{amountOf(amount, unit)}</span>
}
