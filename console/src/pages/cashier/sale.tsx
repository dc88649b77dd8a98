import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'
import { type Desk, deskQuery, type Quote, quoteQuery, type SaleBody } from '../../api/till.ts'
import { moneyDigits } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { Failed, PageLoading } from '../../components/states.tsx'
import { CustomerPanel } from './customer-panel.tsx'
import { type Draft, isEmpty, readDraft } from './draft.ts'
import { EntryCard } from './entry-card.tsx'
import { RedeemCard } from './redeem-card.tsx'
import classes from './sale.module.css'
import { Summary } from './summary.tsx'
import type { Till } from './use-till.ts'

interface SaleProps {
  readonly till: Till
  readonly customerId: number
  readonly draft: Draft
  readonly storeId: number | undefined
  readonly leave: () => void
}

/** The customer, and what is entered for them. */
export function Sale(props: SaleProps) {
  const desk = useQuery(deskQuery(props.customerId))
  if (desk.isError && !desk.data) {
    return (
      <div className={classes.failed}>
        <Failed problem={desk.error} retry={() => void desk.refetch()} />
        <Button variant="default" size="md" onClick={props.leave}>
          Next customer
        </Button>
      </div>
    )
  }
  if (!desk.data) return <PageLoading />
  return <SaleForm {...props} desk={desk.data} />
}

function SaleForm({ till, desk, draft, storeId, leave }: SaleProps & { desk: Desk }) {
  const { currency } = useSession().tenant
  const scale = moneyDigits(currency)
  const entered = readDraft(draft, { desk, scale, storeId })
  const asked = JSON.stringify(entered.question)
  const quote = useLiveQuote(asked, entered.empty)
  const form = useRef<HTMLFormElement>(null)
  const recordButton = useRef<HTMLButtonElement>(null)
  const ask = useQuoteNow()

  useSaleKeys(form, recordButton, { leave, mayLeave: isEmpty(draft) && !till.unanswered })
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('[data-first]')?.focus()
  }, [])

  // Who presses Enter twice records once: until the outcome is known, which the till tells, nothing more is sent.
  const recording = useRef(false)
  const send = (sale: { key: string; body: SaleBody }) => till.record.mutateAsync(sale).catch(() => undefined)
  const record = async () => {
    if (recording.current || till.record.isPending || entered.empty || entered.faults.size > 0) return
    recording.current = true
    try {
      if (till.attempt) await send(till.attempt)
      else await recordAtPrice()
    } finally {
      recording.current = false
    }
  }
  /** At the price that is shown; where another comes back, it is shown first. */
  const recordAtPrice = async () => {
    const now = quote.isCurrent ? quote.data : await ask(asked)
    if (!now) return
    const expected = [quote.data?.to_pay_minor, now.amount_minor]
    if (now.refusals.length > 0) till.say('The sale cannot be recorded as it stands.')
    else if (!expected.includes(now.to_pay_minor)) till.say('Look at the price, then press Enter once more.')
    else {
      const number = draft.number.trim()
      const body = { ...entered.question, to_pay_minor: now.to_pay_minor, ...(number === '' ? {} : { number }) }
      await send({ key: draft.key, body })
    }
  }
  /** Enter in any field: look at the sum, where the next Enter records. */
  const review = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.defaultPrevented || !(event.target instanceof HTMLInputElement)) return
    event.preventDefault()
    if (!entered.empty) recordButton.current?.focus()
  }
  const locked = till.record.isPending || till.attempt !== undefined
  return (
    <div className={classes.sale}>
      <form ref={form} className={classes.form} onKeyDown={review} aria-label="Sale" autoComplete="off">
        <CustomerPanel desk={desk} leave={leave} />
        <fieldset className={classes.fields} disabled={locked}>
          <EntryCard desk={desk} draft={draft} faults={entered.faults} change={till.change} />
          <RedeemCard desk={desk} draft={draft} faults={entered.faults} quote={quote.data} change={till.change} />
        </fieldset>
      </form>
      <Summary
        till={till}
        desk={desk}
        entered={entered}
        quote={quote}
        recordButton={recordButton}
        record={() => void record()}
      />
    </div>
  )
}

export interface LiveQuote {
  readonly data: Quote | undefined
  /** What is shown is about what is entered now. */
  readonly isCurrent: boolean
  readonly problem: Error | null
  readonly retry: () => void
}

/** Asked a moment after the last key. */
function useLiveQuote(asked: string, empty: boolean): LiveQuote {
  const [settled] = useDebouncedValue(asked, 150)
  const query = useQuery({ ...quoteQuery(settled), enabled: !empty })
  return {
    data: empty ? undefined : query.data,
    isCurrent: settled === asked && query.data !== undefined && !query.isPlaceholderData,
    problem: empty ? null : query.error,
    retry: () => void query.refetch(),
  }
}

/** For who is faster than that. */
function useQuoteNow(): (asked: string) => Promise<Quote | undefined> {
  const queryClient = useQueryClient()
  return (asked) => queryClient.fetchQuery(quoteQuery(asked)).catch(() => undefined)
}

interface Leaving {
  readonly leave: () => void
  readonly mayLeave: boolean
}

function useSaleKeys(
  form: RefObject<HTMLFormElement | null>,
  recordButton: RefObject<HTMLButtonElement | null>,
  leaving: Leaving,
): void {
  const now = useRef(leaving)
  now.current = leaving
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || document.querySelector('[role="dialog"]')) return
      if (!['F4', 'F8', 'F9', 'Escape'].includes(event.key)) return
      event.preventDefault()
      const to = (selector: string) => form.current?.querySelector<HTMLElement>(selector)?.focus()
      const button = recordButton.current
      if (event.key === 'F4') to('[data-first]')
      else if (event.key === 'F8') to('[data-redeem] input:enabled, [data-redeem] button:enabled')
      else if (event.key === 'F9' && document.activeElement === button) button?.click()
      else if (event.key === 'F9') button?.focus()
      else if (now.current.mayLeave) now.current.leave()
      else to('[data-leave]')
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [form, recordButton])
}
