import { type AnyRouter, useRouter } from '@tanstack/react-router'
import { useLayoutEffect } from 'react'
import { flushSync } from 'react-dom'
import { usePlaces } from './session.ts'

const SEQUENCE_MS = 1200

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Of the page that is shown. True when it has one. */
function focusPageSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('[data-page-search]')
  // Selecting alone moves the focus in Chromium only.
  field?.focus()
  field?.select()
  return field !== null
}

/** The address is the next page's while the one before is still shown; what is meant then is on the page to come. */
function whenPageShows(router: AnyRouter, run: () => void): void {
  if (!router.state.isLoading) {
    run()
    return
  }
  const unsubscribe = router.subscribe('onResolved', () => {
    unsubscribe()
    run()
  })
}

/** Ctrl/Cmd-K opens the palette, "/" goes to the page's search field (else the palette), "g" and a letter goes to a page. */
export function useShortcuts(openPalette: () => void): void {
  const router = useRouter()
  const places = usePlaces()
  // Before the page is first seen: who sees it may press a key at once.
  useLayoutEffect(() => {
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
        whenPageShows(router, () => {
          if (!focusPageSearch()) openPalette()
        })
        return
      }
      const place = places.find((place) => place.key === event.key)
      if (place && event.timeStamp - pressedG < SEQUENCE_MS) void router.navigate({ to: place.to })
      pressedG = event.key === 'g' ? event.timeStamp : 0
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [router, places, openPalette])
}
