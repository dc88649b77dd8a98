import { Loader } from '@mantine/core'
import { IconAlertTriangle, IconBarcode, IconInfoCircle, IconUserPlus } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useState } from 'react'
import { customerName } from '../../app/names.ts'
import { CustomerAvatar } from '../../components/customer-avatar.tsx'
import classes from './scan-field.module.css'
import type { Till } from './use-till.ts'

interface ScanFieldProps {
  readonly field: RefObject<HTMLInputElement | null>
  readonly till: Till
  readonly register: (text: string) => void
}

interface Option {
  readonly key: string
  readonly icon: ReactNode
  readonly name: string
  readonly note: string
  readonly run: () => void
}

/** One field that takes every scan: a card, a code, an address, a number, a voucher. */
export function ScanField({ field, till, register }: ScanFieldProps) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const { choices, notice, scan } = till
  const options = choices ? optionsOf(choices, { open: till.open, register }) : []
  const active = Math.min(at, options.length - 1)

  // Somebody has to choose, wherever the scan came from.
  useEffect(() => {
    if (!choices) return
    setText(choices.text)
    setAt(0)
    field.current?.focus()
  }, [choices, field])
  // A field with an old number in it would take the next one behind it.
  useEffect(() => {
    if (till.customerId !== undefined || scan.isSuccess) setText((before) => (till.choices ? before : ''))
  }, [till.customerId, scan.isSuccess, till.choices])

  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && options.length > 0) {
      event.preventDefault()
      setAt((active + step + options.length) % options.length)
    }
    if (event.key === 'Escape' && (text !== '' || choices || notice)) {
      event.preventDefault()
      event.stopPropagation()
      setText('')
      till.clear()
    }
    if (event.key !== 'Enter' || event.repeat) return
    event.preventDefault()
    const asked = text.trim()
    if (choices && asked === choices.text) options[active]?.run()
    else if (asked !== '' && !till.unanswered) scan.mutate(asked)
  }

  return (
    <section className={classes.scan}>
      <div className={classes.field}>
        {scan.isPending ? <Loader size={22} /> : <IconBarcode size={26} stroke={1.6} />}
        <input
          ref={field}
          data-page-search
          data-takes-scan
          className={classes.input}
          role="combobox"
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-activedescendant={options[active] ? `${listId}-${active}` : undefined}
          aria-label="Scan or type a card, code, e-mail, phone, name or voucher"
          placeholder={
            till.customerId === undefined ? 'Scan a card, or type a name' : 'Scan a voucher, or the next card'
          }
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            if (choices) till.clear()
          }}
          onKeyDown={onKey}
        />
        <kbd className={`${classes.kbd} not-on-phone`}>F2</kbd>
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label="Who is meant"
        className={classes.options}
        hidden={options.length === 0}
      >
        {choices?.matches.length === 0 && (
          <p className={classes.none} role="status">
            Nothing is known by “{choices.text}”.
          </p>
        )}
        {options.map((option, index) => (
          <div
            key={option.key}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={classes.option}
            onClick={option.run}
            onKeyDown={() => {}}
            onMouseMove={() => setAt(index)}
          >
            {option.icon}
            <span className={classes.words}>
              <b>{option.name}</b>
              <span className={classes.note}>{option.note}</span>
            </span>
            {index === active && <kbd className={`${classes.kbd} not-on-phone`}>Enter</kbd>}
          </div>
        ))}
      </div>
      {notice && (
        <div className={classes.notice} data-tone={notice.tone} role={notice.tone === 'bad' ? 'alert' : 'status'}>
          {notice.tone === 'bad' ? <IconAlertTriangle size={20} /> : <IconInfoCircle size={20} />}
          <span>{notice.text}</span>
          {notice.open && (
            <button type="button" className={classes.anyway} onClick={() => notice.open && till.open(notice.open)}>
              {notice.open.label}
            </button>
          )}
        </div>
      )}
    </section>
  )
}

function optionsOf(
  { matches, text }: NonNullable<Till['choices']>,
  run: { open: Till['open']; register: (text: string) => void },
): Option[] {
  return [
    ...matches.map((customer) => ({
      key: String(customer.id),
      icon: <CustomerAvatar customer={customer} size={36} />,
      name: customerName(customer),
      note: [customer.email, customer.phone, customer.code].filter(Boolean).join(' · '),
      run: () => run.open(customer),
    })),
    {
      key: 'register',
      icon: (
        <span className={classes.plus}>
          <IconUserPlus size={20} stroke={1.7} />
        </span>
      ),
      name: 'Register a new customer',
      note: `with “${text}”`,
      run: () => run.register(text),
    },
  ]
}
