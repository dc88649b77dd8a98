import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { flushSync } from 'react-dom'
import { places } from './navigation.ts'

const SEQUENCE_MS = 1200

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Ctrl/Cmd-K opens the palette, "/" goes to the page's search field (else the palette), "g" and a letter goes to a page. */
export function useShortcuts(openPalette: () => void): void {
  const navigate = useNavigate()
  useEffect(() => {
    let pressedG = 0
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        // Before the next key arrives, so that a fast typist loses none.
        flushSync(openPalette)
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      // A dialogue keeps the keys to itself.
      if (document.querySelector('[role="dialog"]')) return
      if (event.key === '/') {
        event.preventDefault()
        const field = document.querySelector<HTMLInputElement>('[data-page-search]')
        if (field) field.select()
        else openPalette()
        return
      }
      const place = places.find((place) => place.key === event.key)
      if (place && event.timeStamp - pressedG < SEQUENCE_MS) navigate({ to: place.to })
      pressedG = event.key === 'g' ? event.timeStamp : 0
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [navigate, openPalette])
}
