import { IconCheck, IconMinus, IconPlus } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'
import classes from './parts.module.css'

interface AmountFieldProps {
  readonly label: string
  readonly note?: ReactNode
  readonly sign?: string
  readonly value: string
  readonly change: (value: string) => void
  readonly fault?: boolean
  readonly first?: boolean
  readonly large?: boolean
  readonly whole?: boolean
  readonly all?: { readonly label: string; readonly value: string } | undefined
}

/** A number that is typed: kept as it is typed, so that nothing is lost of it. */
export function AmountField(props: AmountFieldProps) {
  const { label, note, sign, value, change, fault = false, first = false, large = false, whole = false, all } = props
  const id = useId()
  return (
    <div className={classes.amount} data-large={large || undefined}>
      <label className={classes.label} htmlFor={id}>
        {label}
        {note && <span className={classes.note}>{note}</span>}
      </label>
      <span className={classes.box} data-fault={fault || undefined}>
        {sign && <span className={classes.sign}>{sign}</span>}
        <input
          id={id}
          data-first={first || undefined}
          className={classes.input}
          inputMode={whole ? 'numeric' : 'decimal'}
          autoComplete="off"
          aria-invalid={fault}
          aria-describedby={fault ? `${id}-fault` : undefined}
          value={value}
          onChange={(event) => change(event.currentTarget.value)}
        />
        {all && (
          <button type="button" className={classes.all} onClick={() => change(all.value)}>
            {all.label}
          </button>
        )}
      </span>
      {fault && (
        <span id={`${id}-fault`} className={classes.fault}>
          {whole ? 'A whole number' : 'An amount such as 12.50'}
        </span>
      )}
    </div>
  )
}

interface ToggleProps {
  readonly name: string
  readonly note?: ReactNode
  readonly aside?: ReactNode
  readonly on: boolean
  readonly change: (on: boolean) => void
  /** Why it cannot be had. */
  readonly short?: string | undefined
}

/** A large button that stays pressed. */
export function Toggle({ name, note, aside, on, change, short }: ToggleProps) {
  return (
    <button
      type="button"
      className={classes.toggle}
      aria-pressed={on}
      disabled={short !== undefined && !on}
      onClick={() => change(!on)}
    >
      <span className={classes.mark}>{on && <IconCheck size={16} stroke={2.4} />}</span>
      <span className={classes.words}>
        <span className={classes.name}>{name}</span>
        {(short ?? note) && <span className={classes.note}>{short ?? note}</span>}
      </span>
      {aside && <span className={classes.aside}>{aside}</span>}
    </button>
  )
}

interface StepperProps {
  readonly label: string
  readonly note?: ReactNode
  readonly value: string
  readonly change: (value: string) => void
  readonly fault?: boolean
}

export function Stepper({ label, note, value, change, fault = false }: StepperProps) {
  const id = useId()
  const count = Number(value) || 0
  const to = (next: number) => change(next <= 0 ? '' : String(next))
  return (
    <div className={classes.stepper}>
      <label className={classes.label} htmlFor={id}>
        {label}
        {note && <span className={classes.note}>{note}</span>}
      </label>
      <span className={classes.steps}>
        <button type="button" tabIndex={-1} aria-label={`One ${label} less`} onClick={() => to(count - 1)}>
          <IconMinus size={18} />
        </button>
        <input
          id={id}
          inputMode="numeric"
          autoComplete="off"
          placeholder="0"
          aria-invalid={fault}
          value={value}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
            if (step === 0) return
            event.preventDefault()
            to(count + step)
          }}
        />
        <button type="button" tabIndex={-1} aria-label={`One ${label} more`} onClick={() => to(count + 1)}>
          <IconPlus size={18} />
        </button>
      </span>
    </div>
  )
}
