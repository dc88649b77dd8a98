import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import classes from './search-field.module.css'

interface SearchFieldProps {
  readonly label: string
  readonly value: string
  readonly onSearch: (text: string) => void
  readonly onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
  /** Of a dialogue, not of the page: it fills its place and is where one begins. */
  readonly inDialog?: boolean
}

/** Searches while typing. "/" jumps here from anywhere on the page. */
export function SearchField({ label, value, onSearch, onKeyDown, inDialog = false }: SearchFieldProps) {
  const [text, setText] = useState(value)
  const told = useRef(value)
  const echoes = useRef(new Set<string>())
  const tell = useDebouncedCallback((next: string) => {
    told.current = next
    // What is there already does not come back; it would be waited for until somebody else means it.
    if (next !== value) echoes.current.add(next)
    onSearch(next)
  }, 180)

  // The address may change under the field: back, forward, a link. What we told earlier may come back late, on a busy
  // machine after more was typed; it must not take the place of that.
  useEffect(() => {
    if (value === told.current) {
      echoes.current.clear()
      return
    }
    if (echoes.current.delete(value)) return
    told.current = value
    setText(value)
  }, [value])

  const change = (next: string) => {
    setText(next)
    tell(next.trim())
  }
  return (
    <TextInput
      data-page-search={!inDialog || undefined}
      data-autofocus={inDialog || undefined}
      className={classes.field}
      data-wide={inDialog || undefined}
      aria-label={label}
      placeholder={label}
      type="search"
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} stroke={1.8} />}
      rightSection={
        text ? (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} />
        ) : (
          !inDialog && <kbd className={`${classes.kbd} not-on-phone`}>/</kbd>
        )
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      // Before a click elsewhere is carried out: a search that came late would lead back here.
      onBlur={tell.flush}
      onKeyDown={(event) => {
        const waiting = text.trim() !== told.current
        if (event.key === 'Enter') tell.flush()
        if (!waiting) onKeyDown?.(event)
      }}
    />
  )
}
