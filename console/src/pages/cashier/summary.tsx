import { IconAlertTriangle, IconCornerDownLeft } from '@tabler/icons-react'
import type { RefObject } from 'react'
import type { Desk, Terms } from '../../api/till.ts'
import { formatCount, formatMoney, inSentence } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { Refusal } from '../../components/form.tsx'
import { useNames } from '../loyalty/names.ts'
import { amountOf } from '../loyalty/words.ts'
import type { Entered } from './draft.ts'
import type { LiveQuote } from './sale.tsx'
import classes from './summary.module.css'
import { isUnanswered, type Till } from './use-till.ts'
import { gathered, movementsText, movementText, recordLabel, refusalText, unitsOf } from './words.ts'

interface SummaryProps {
  readonly till: Till
  readonly desk: Desk
  readonly entered: Entered
  readonly quote: LiveQuote
  readonly recordButton: RefObject<HTMLButtonElement | null>
  readonly record: () => void
}

/** What the sale will do, and the button that does it. */
export function Summary({ till, desk, entered, quote, recordButton, record }: SummaryProps) {
  const { currency } = useSession().tenant
  const terms = quote.data
  // What stood against the entry before does not stand against this one.
  const refused = quote.isCurrent && (terms?.refusals.length ?? 0) > 0
  const disabled = entered.empty || entered.faults.size > 0 || (refused && !till.attempt)
  return (
    <section className={classes.summary} aria-label="What it comes to">
      <div className={classes.body} data-stale={(!quote.isCurrent && !entered.empty) || undefined}>
        {terms && !entered.empty ? (
          <TermsList terms={terms} />
        ) : (
          <p className={classes.hint}>{quote.problem ? '' : 'Enter an amount, a visit or a reward.'}</p>
        )}
        <Obstacles till={till} desk={desk} quote={quote} />
      </div>
      <div className={classes.foot} data-idle={(entered.empty && !till.attempt) || undefined}>
        {terms && !entered.empty && (
          <p className={classes.short} aria-hidden="true">
            {terms.earned.length > 0 ? movementsText(terms.earned) : 'Earns nothing'}
          </p>
        )}
        <button
          ref={recordButton}
          type="button"
          className={classes.record}
          aria-disabled={disabled}
          data-busy={till.record.isPending || undefined}
          onClick={() => !disabled && record()}
          // Held down, Enter would record the next thing, too.
          onKeyDown={(event) => event.key === 'Enter' && event.repeat && event.preventDefault()}
        >
          {till.record.isPending
            ? 'Recording …'
            : till.unanswered
              ? 'Try again'
              : recordLabel(entered.question, terms, currency)}
          <IconCornerDownLeft size={20} stroke={1.9} aria-hidden="true" />
        </button>
      </div>
    </section>
  )
}

/** The lines from the amount to what is to pay, then what is earned and taken. */
function TermsList({ terms }: { terms: Terms }) {
  const money = (minor: number) => formatMoney(minor, terms.currency)
  const sells = terms.amount_minor > 0
  return (
    <div aria-live="polite">
      <dl className={classes.lines}>
        {sells && (terms.discounts.length > 0 || terms.payments.length > 0) && (
          <Line name="Sale" value={money(terms.amount_minor)} />
        )}
        {terms.discounts.map((discount) => (
          <Line
            key={`${discount.code} ${discount.name}`}
            name={discount.name}
            value={discount.amount_minor > 0 ? `−${money(discount.amount_minor)}` : 'handed over'}
            tone="off"
          />
        ))}
        {terms.payments.map((payment) => (
          <Line
            key={payment.name}
            name={payment.points === null ? payment.name : `${formatCount(payment.points)} ${inSentence(payment.name)}`}
            value={sells ? `−${money(payment.amount_minor)}` : money(payment.amount_minor)}
            tone="off"
          />
        ))}
        {sells && <Line name="To pay" value={money(terms.to_pay_minor)} tone="total" />}
      </dl>
      <Movements terms={terms} />
    </div>
  )
}

function Line({ name, value, tone }: { name: string; value: string; tone?: 'off' | 'total' }) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Movements({ terms }: { terms: Terms }) {
  const spent = gathered(terms.spent.filter(({ unit }) => unit.kind !== 'money'))
  return (
    <ul className={classes.movements}>
      {gathered(terms.earned).map((movement) => (
        <li key={`${movement.unit.id} ${movement.name}`} data-tone="earned">
          <span>Earns</span>
          <b>{movementText(movement)}</b>
        </li>
      ))}
      {spent.map(({ name, unit, amount }) => (
        <li key={`${unit.id} ${name}`}>
          <span>{name === unit.name ? 'Takes' : name}</span>
          <b>−{amountOf(amount, unit)}</b>
        </li>
      ))}
      {terms.amount_minor > 0 && terms.earned.length === 0 && (
        <li>
          <span>Earns</span>
          <b>nothing</b>
        </li>
      )}
    </ul>
  )
}

/** What stands against it, in words. */
function Obstacles({ till, desk, quote }: { till: Till; desk: Desk; quote: LiveQuote }) {
  const names = useNames()
  const { error } = till.record
  const units = unitsOf(desk)
  return (
    <div aria-live="assertive">
      {quote.data?.refusals.map((refusal) => (
        <p key={`${refusal.subject} ${refusal.name} ${refusal.reason}`} className={classes.refusal}>
          <IconAlertTriangle size={18} stroke={1.8} />
          <span>{refusalText(refusal, names, units)}</span>
        </p>
      ))}
      {quote.problem && !till.attempt && (
        <div className={classes.away}>
          {quote.problem.message}
          <button type="button" onClick={quote.retry}>
            Ask again
          </button>
        </div>
      )}
      {till.unanswered ? (
        <div className={classes.away} role="alert">
          <b>No answer came, and nothing is lost.</b> Try again as soon as the server is back: the sale is recorded
          once, also if the first try got through.
        </div>
      ) : (
        error && !isUnanswered(error) && <Refusal problem={error} />
      )}
    </div>
  )
}
