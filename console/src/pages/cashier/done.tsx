import { Button } from '@mantine/core'
import { IconArrowBackUp, IconArrowRight, IconCheck, IconPrinter } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import type { Receipt } from '../../api/till.ts'
import { formatMoney } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import classes from './done.module.css'
import { Paper } from './paper.tsx'
import { printPaper } from './printing.ts'
import { isTyping } from './use-keys.ts'
import { movementsText } from './words.ts'

interface DoneProps {
  readonly receipt: Receipt
  readonly next: () => void
  readonly undo: () => void
}

/** It is recorded: the receipt, and on to the next customer. */
export function Done({ receipt, next, undo }: DoneProps) {
  const { tenant, user } = useSession()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
    window.scrollTo({ top: 0 })
  }, [])
  useDoneKeys({ next, undo })
  const paper = <Paper receipt={receipt} shop={tenant} cashier={user.name} />
  return (
    <section className={classes.done} aria-label="Recorded">
      <div className={classes.words}>
        <span className={classes.mark}>
          <IconCheck size={34} stroke={2.2} />
        </span>
        <h2 ref={heading} tabIndex={-1} className={classes.title}>
          Recorded for {receipt.customer.name}
        </h2>
        <p className={classes.figure}>
          {receipt.amount_minor > 0 && <b>{formatMoney(receipt.to_pay_minor, receipt.currency)}</b>}
          {receipt.earned.length > 0 && <span className={classes.earned}>{movementsText(receipt.earned)}</span>}
        </p>
        {receipt.joined && (
          <p className={classes.note}>Another system had told of this sale already. It is one sale, and earned once.</p>
        )}
        <div className={classes.actions}>
          <Button
            size="lg"
            rightSection={<Key name="Enter" />}
            leftSection={<IconArrowRight size={20} />}
            onClick={next}
          >
            Next customer
          </Button>
          <Button
            size="lg"
            variant="default"
            rightSection={<Key name="P" />}
            leftSection={<IconPrinter size={20} />}
            onClick={printPaper}
          >
            Print
          </Button>
          <Button
            size="lg"
            variant="default"
            rightSection={<Key name="U" />}
            leftSection={<IconArrowBackUp size={20} />}
            onClick={undo}
          >
            Take it back
          </Button>
        </div>
      </div>
      <div className={classes.slip}>{paper}</div>
      {createPortal(<div className={classes.toPrint}>{paper}</div>, document.body)}
    </section>
  )
}

function Key({ name }: { name: string }) {
  return (
    <span className={`${classes.key} not-on-phone`} aria-hidden="true">
      {name}
    </span>
  )
}

/** A second Enter of who pressed it twice must not take the receipt away. */
const armedAfterMs = 700

function useDoneKeys(actions: { readonly next: () => void; readonly undo: () => void }): void {
  const now = useRef(actions)
  now.current = actions
  useEffect(() => {
    const shownAt = performance.now()
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('[role="dialog"]')) return
      const onButton = event.target instanceof HTMLElement && event.target.closest('button, a') !== null
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
      if (key === 'p') printPaper()
      else if (key === 'u') now.current.undo()
      else if ((key === 'Enter' && !onButton) || key === 'Escape') {
        // When it was pressed, not when a busy tablet gets round to it.
        if (event.timeStamp - shownAt < armedAfterMs) return
        now.current.next()
      } else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
