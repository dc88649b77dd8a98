import { useEffect, useRef } from 'react'
import { type Burst, scanned, withKey } from './scanner.ts'

interface Taken {
  readonly field: HTMLInputElement | HTMLTextAreaElement
  readonly value: string
}

/**
 * Calls `onScan` with what a scanner types, wherever the focus is. A field that the keys went into gets back what it held before; one
 * marked `data-takes-scan` keeps them, since it is meant for them.
 */
export function useScanner(onScan: (text: string) => void, enabled: boolean): void {
  const listener = useRef(onScan)
  listener.current = onScan
  useEffect(() => {
    if (!enabled) return
    let burst: Burst | undefined
    let taken: Taken | undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
      if (event.key === 'Enter') {
        const text = scanned(burst, event.timeStamp)
        burst = undefined
        if (text === undefined || takesScan(event.target)) return
        event.preventDefault()
        event.stopImmediatePropagation()
        if (taken) putBack(taken)
        listener.current(text)
        return
      }
      if (event.key.length !== 1) return
      const next = withKey(burst, event.key, event.timeStamp)
      if (next.text.length === 1) taken = fieldOf(event.target)
      burst = next
    }
    // Before anything on the page hears of the keys.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [enabled])
}

function takesScan(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.dataset.takesScan !== undefined
}

function fieldOf(target: EventTarget | null): Taken | undefined {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return undefined
  return { field: target, value: target.value }
}

/** As if it had been typed, so that whoever listens to the field hears of it. */
function putBack({ field, value }: Taken): void {
  const owner = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement
  Object.getOwnPropertyDescriptor(owner.prototype, 'value')?.set?.call(field, value)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}
