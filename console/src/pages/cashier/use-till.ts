import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { ApiProblem } from '../../api/client.ts'
import { deskQuery, findScanned, type Receipt, recordSale, type SaleBody, type Scan, undoSale } from '../../api/till.ts'
import type { CustomerSummary } from '../../api/types.ts'
import { customerName } from '../../app/names.ts'
import { useSession } from '../../app/session.ts'
import { type Draft, isEmpty, newDraft, newKey } from './draft.ts'
import { useKept } from './kept.ts'

export interface Notice {
  readonly tone: 'plain' | 'bad'
  readonly text: string
  /** Who can be opened now. */
  readonly open?: { readonly id: number; readonly label: string }
}

/** What a scan found that is for the cashier to choose from. */
export interface Choices {
  readonly text: string
  readonly matches: readonly CustomerSummary[]
}

/** The customer at the till, what is entered for them, and what becomes of it. Survives a reload of the page. */
export function useTill() {
  const { user } = useSession()
  const queryClient = useQueryClient()
  const [kept, keep] = useKept(user.id)
  const [notice, setNotice] = useState<Notice>()
  const [choices, setChoices] = useState<Choices>()
  const [switching, setSwitching] = useState<{ customer: CustomerSummary; code?: string }>()
  const [said, say] = useState('')

  const clear = useCallback(() => {
    setNotice(undefined)
    setChoices(undefined)
    setSwitching(undefined)
  }, [])

  const open = useCallback(
    (customer: Pick<CustomerSummary, 'id'>, code?: string) => {
      clear()
      const key = newKey()
      keep((before) => {
        const codes = [code, before.waitingCode].filter((one) => one !== undefined)
        const draft = { ...newDraft(key), codes: [...new Set(codes)] }
        return { last: before.receipt ?? before.last, customerId: customer.id, draft }
      })
    },
    [clear, keep],
  )

  const leave = useCallback(() => {
    clear()
    keep((before) => ({ last: before.receipt ?? before.last }))
  }, [clear, keep])

  const change = useCallback(
    (patch: Partial<Draft>) => {
      keep((before) => (before.draft ? { ...before, draft: { ...before.draft, ...patch } } : before))
    },
    [keep],
  )

  const addCode = (code: string, name: string) => {
    if (kept.draft?.codes.some((one) => one.toLowerCase() === code.toLowerCase())) {
      setNotice({ tone: 'plain', text: `${name} is in the sale already.` })
      return
    }
    change({ codes: [...(kept.draft?.codes ?? []), code] })
    setNotice({ tone: 'plain', text: `${name} is added to the sale.` })
  }

  const take = (text: string, found: Scan) => {
    clear()
    const busy = kept.customerId !== undefined && !kept.receipt
    const { customer, card, code } = found
    if (card?.state === 'blocked') {
      const whose = customer ? ` It is ${customerName(customer)}’s.` : ''
      setNotice({ tone: 'bad', text: `The card ${card.number} is blocked.${whose}`, ...openAnyway(customer) })
    } else if (code?.voucher_state === 'applied') {
      setNotice({
        tone: 'bad',
        text: `${code.name} (${code.code}) was used already.`,
        ...openAnyway(customer),
      })
    } else if (code && busy && (!customer || customer.id === kept.customerId)) addCode(code.code, code.name)
    else if (customer && busy && customer.id === kept.customerId)
      setNotice({ tone: 'plain', text: `${customerName(customer)} is open already.` })
    else if (customer && busy && kept.draft && !isEmpty(kept.draft))
      setSwitching({ customer, ...(code ? { code: code.code } : {}) })
    else if (customer) open(customer, code?.code)
    else if (code) {
      keep((before) => ({ ...before, waitingCode: code.code }))
      setNotice({ tone: 'plain', text: `${code.name} (${code.code}) waits for its customer. Scan their card.` })
    } else setChoices({ text, matches: found.matches })
  }

  const scan = useMutation({
    mutationFn: (text: string) => findScanned(text),
    onSuccess: (found, text) => take(text, found),
    onError: (problem) => setNotice({ tone: 'bad', text: problem.message }),
  })

  const record = useMutation({
    mutationFn: (sale: { key: string; body: SaleBody }) => recordSale(sale),
    // An answer may have been lost on its way: the very same is sent again until one comes.
    retry: (count, problem) => count < 3 && problem instanceof ApiProblem && problem.code === 'request.in_progress',
    retryDelay: 700,
    onMutate: (sale) => keep((before) => ({ ...before, attempt: sale })),
    onSuccess: (receipt) => {
      clear()
      keep((before) => ({ ...before, receipt, draft: undefined, attempt: undefined }))
      say(`Recorded for ${receipt.customer.name}.`)
      void queryClient.invalidateQueries({ queryKey: ['customer', receipt.customer.id] })
      void queryClient.invalidateQueries({ queryKey: ['purchases'] })
    },
    onError: (problem) => {
      // Refused: nothing happened, and the sale can be changed.
      if (!isUnanswered(problem)) keep((before) => ({ ...before, attempt: undefined }))
      say(problem.message)
    },
  })

  const undo = useMutation({
    mutationFn: (sale: Receipt) => undoSale(sale),
    onSuccess: (_, sale) => {
      say('The sale is taken back.')
      keep((before) => ({
        ...before,
        ...(before.receipt?.key === sale.key ? { receipt: undefined, customerId: undefined } : {}),
        last: undefined,
      }))
      setNotice({
        tone: 'plain',
        text: `The sale ${sale.number} of ${sale.customer.name} is taken back.`,
        open: { id: sale.customer.id, label: `Open ${sale.customer.name} again` },
      })
      void queryClient.invalidateQueries({ queryKey: ['customer', sale.customer.id] })
      void queryClient.invalidateQueries({ queryKey: ['purchases'] })
    },
  })

  const prefetch = (customerId: number) => void queryClient.prefetchQuery(deskQuery(customerId))
  return {
    ...kept,
    notice,
    choices,
    switching,
    said,
    say,
    open,
    leave,
    change,
    clear,
    scan,
    record,
    undo,
    prefetch,
    unanswered: kept.attempt !== undefined && !record.isPending,
  }
}

export type Till = ReturnType<typeof useTill>

function openAnyway(customer: CustomerSummary | null): Pick<Notice, 'open'> {
  return customer ? { open: { id: customer.id, label: `Open ${customerName(customer)} all the same` } } : {}
}

/** Nobody knows whether it was carried out. */
export function isUnanswered(problem: unknown): boolean {
  if (!(problem instanceof ApiProblem)) return false
  const { status, code } = problem
  return status === 0 || status >= 500 || status === 401 || code === 'request.in_progress'
}
