import { useEffect, useRef } from 'react'

interface Keys {
  readonly focusField: () => void
  readonly help: () => void
}

/** The keys of the whole screen; those of its parts are theirs. */
export function useKeys(keys: Keys): void {
  const now = useRef(keys)
  now.current = keys
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('[role="dialog"]')) return
      if (event.key === 'F2') {
        event.preventDefault()
        now.current.focusField()
      }
      if (event.key === '?' && !isTyping(event.target)) {
        event.preventDefault()
        now.current.help()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}
