import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCornerDownLeft, IconReceipt, IconSearch, IconUserPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react'
import { foundCustomersQuery, foundPurchasesQuery } from '../api/queries.ts'
import { CustomerAvatar } from '../components/customer-avatar.tsx'
import { formatDate, formatMoney } from './format.ts'
import { customerName } from './names.ts'
import classes from './palette.module.css'
import { useMay, usePlaces } from './session.ts'

interface Hit {
  readonly key: string
  readonly group: string
  readonly icon: ReactNode
  readonly name: string
  readonly note?: string
  readonly run: () => void
}

const MIN_TEXT = 2
const focus = (field: HTMLInputElement | null) => field?.focus()

/** Finds customers and purchases, and goes to pages, without a mouse. */
export function Palette({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      withCloseButton={false}
      padding={0}
      size={600}
      centered={false}
      yOffset="12vh"
      attributes={{ content: { 'aria-label': 'Search' } }}
    >
      {opened && <PaletteBody close={close} />}
    </Modal>
  )
}

function PaletteBody({ close }: { close: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const hits = useHits(text, close)
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const active = Math.min(at, hits.length - 1)

  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      const next = (active + step + hits.length) % Math.max(hits.length, 1)
      setAt(next)
      list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' })
    }
    if (event.key === 'Enter') hits[active]?.run()
  }

  return (
    <>
      <div className={classes.field}>
        <IconSearch size={18} className="faint" />
        <input
          data-autofocus
          // At once, not after the dialogue has opened: what is typed meanwhile must not be lost.
          ref={focus}
          className={classes.input}
          placeholder="Find a customer, a purchase or a page"
          aria-label="Find a customer, a purchase or a page"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={hits[active] ? `${listId}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={onKey}
        />
        <kbd className={`${classes.kbd} not-on-phone`}>Esc</kbd>
      </div>
      <div className={classes.hits} role="listbox" id={listId} aria-label="Results" ref={list}>
        {hits.length === 0 && <p className={classes.none}>Nothing is called “{text}”.</p>}
        {hits.map((hit, index) => (
          <div key={hit.key} role="presentation">
            {hit.group !== hits[index - 1]?.group && <div className={classes.group}>{hit.group}</div>}
            <div
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={classes.hit}
              onClick={hit.run}
              onKeyDown={() => {}}
              onMouseMove={() => setAt(index)}
            >
              <span className={classes.icon}>{hit.icon}</span>
              <span className={classes.words}>
                <span className={classes.name}>{hit.name}</span>
                {hit.note && <span className={classes.note}>{hit.note}</span>}
              </span>
              {index === active && <IconCornerDownLeft size={15} className="faint" />}
            </div>
          </div>
        ))}
      </div>
    </>
  )
}

function useHits(text: string, close: () => void): readonly Hit[] {
  const navigate = useNavigate()
  const places = usePlaces()
  const mayCreate = useMay('customers')
  const [asked] = useDebouncedValue(text.trim(), 120)
  const enabled = asked.length >= MIN_TEXT
  const customers = useQuery({ ...foundCustomersQuery(asked, 6), enabled })
  const purchases = useQuery({ ...foundPurchasesQuery(asked, 4), enabled })
  return useMemo(() => {
    const go = (move: () => void) => () => {
      close()
      move()
    }
    const found: Hit[] = []
    if (enabled) {
      for (const customer of customers.data?.items ?? []) {
        found.push({
          key: `c${customer.id}`,
          group: 'Customers',
          icon: <CustomerAvatar customer={customer} size={26} />,
          name: customerName(customer),
          note: customer.email ?? customer.code,
          run: go(() => navigate({ to: '/customers/$customerId', params: { customerId: String(customer.id) } })),
        })
      }
      for (const purchase of purchases.data?.items ?? []) {
        found.push({
          key: `p${purchase.id}`,
          group: 'Purchases',
          icon: <IconReceipt size={17} stroke={1.7} />,
          name: purchase.number,
          note: `${formatDate(purchase.occurred_at)} · ${formatMoney(purchase.total_minor ?? 0, purchase.currency)}`,
          run: go(() => navigate({ to: '/purchases', search: { q: purchase.number, open: purchase.id } })),
        })
      }
    }
    const wanted = text.trim().toLowerCase()
    for (const place of places) {
      if (!place.name.toLowerCase().includes(wanted)) continue
      found.push({
        key: place.to,
        group: 'Go to',
        icon: <place.icon size={17} stroke={1.7} />,
        name: place.name,
        note: `g ${place.key}`,
        run: go(() => navigate({ to: place.to })),
      })
    }
    if (mayCreate && 'new customer'.includes(wanted)) {
      found.push({
        key: 'new',
        group: 'Do',
        icon: <IconUserPlus size={17} stroke={1.7} />,
        name: 'New customer',
        run: go(() => navigate({ to: '/customers', search: { q: undefined, create: true } })),
      })
    }
    return found
  }, [customers.data, purchases.data, enabled, text, places, mayCreate, navigate, close])
}
