import { useCallback, useState } from 'react'
import type { Receipt, SaleBody } from '../../api/till.ts'
import type { Draft } from './draft.ts'

/** What must not be lost when a tablet loads the page anew: above all the key of a sale that was sent and not answered. */
export interface Kept {
  readonly customerId?: number | undefined
  readonly draft?: Draft | undefined
  /** Sent, and not answered yet. */
  readonly attempt?: { readonly key: string; readonly body: SaleBody } | undefined
  readonly receipt?: Receipt | undefined
  /** The sale before, which can still be taken back. */
  readonly last?: Receipt | undefined
  /** A voucher that was scanned before its customer. */
  readonly waitingCode?: string | undefined
}

const placeOf = (userId: number) => `regulars.till.${userId}`

/** Of this user in this tab. */
export function useKept(userId: number): readonly [Kept, (next: (before: Kept) => Kept) => void] {
  const [kept, setKept] = useState<Kept>(() => read(userId))
  const keep = useCallback(
    (next: (before: Kept) => Kept) => {
      setKept((before) => {
        const after = next(before)
        sessionStorage.setItem(placeOf(userId), JSON.stringify(after))
        return after
      })
    },
    [userId],
  )
  return [kept, keep]
}

function read(userId: number): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(placeOf(userId)) ?? '{}')
  } catch {
    return {}
  }
}
