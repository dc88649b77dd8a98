import { IconAlertTriangle, IconCake, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Desk, DeskProgramme } from '../../api/till.ts'
import type { Balance } from '../../api/types.ts'
import { dayOf, formatAgo, formatDate, formatUnits } from '../../app/format.ts'
import { customerName } from '../../app/names.ts'
import { CustomerAvatar } from '../../components/customer-avatar.tsx'
import { Tag } from '../../components/tag.tsx'
import { birthdayNote } from './birthday.ts'
import classes from './customer-panel.module.css'

/** Who is served, and what they have. */
export function CustomerPanel({ desk, leave }: { desk: Desk; leave: () => void }) {
  const { customer, tier, cards } = desk
  const birthday = birthdayNote(desk.birthday, dayOf(new Date().toISOString()))
  const blocked = cards.filter(({ state }) => state === 'blocked')
  const contact = [customer.email, customer.phone].filter(Boolean).join(' · ')
  return (
    <section className={classes.panel} aria-label="Customer">
      <header className={classes.head}>
        <CustomerAvatar customer={customer} size={52} />
        <div className={classes.who}>
          <h2 className={classes.name}>
            <Link to="/customers/$customerId" params={{ customerId: String(customer.id) }} tabIndex={-1}>
              {customerName(customer)}
            </Link>
            {tier && <Tag tone="points">{tier.name}</Tag>}
          </h2>
          <p className={classes.note}>
            {contact || customer.code}
            {customer.last_purchase_at && ` · here ${formatAgo(customer.last_purchase_at)}`}
          </p>
        </div>
        <button type="button" className={classes.leave} data-leave aria-label="Leave this customer" onClick={leave}>
          <IconX size={20} stroke={1.7} />
        </button>
      </header>
      {birthday && (
        <p className={classes.birthday}>
          <IconCake size={19} stroke={1.7} /> {birthday}
        </p>
      )}
      {blocked.length > 0 && (
        <p className={classes.warning} role="alert">
          <IconAlertTriangle size={19} stroke={1.7} />
          {blocked.length === 1 ? 'A card' : `${blocked.length} cards`} of this customer{' '}
          {blocked.length === 1 ? 'is' : 'are'} blocked: {blocked.map(({ number }) => number).join(', ')}.
        </p>
      )}
      <Balances desk={desk} />
    </section>
  )
}

interface Tile {
  readonly key: string
  readonly kind: string
  readonly name: string
  readonly value: string
  readonly notes: readonly string[]
}

function Balances({ desk }: { desk: Desk }) {
  const tiles = [...desk.programmes.flatMap((programme) => tilesOf(programme, desk.balances)), ...otherTiles(desk)]
  if (tiles.length === 0) return <p className={classes.note}>The shop has no active programme yet.</p>
  return (
    <ul className={classes.tiles} aria-label="Balances">
      {tiles.map(({ key, kind, name, value, notes }) => (
        <li key={key} className={classes.tile} data-kind={kind}>
          <span className={classes.tileName}>{name}</span>
          <b className={classes.value}>{value}</b>
          {notes.map((note) => (
            <span key={note} className={classes.tileNote}>
              {note}
            </span>
          ))}
        </li>
      ))}
    </ul>
  )
}

function tilesOf(programme: DeskProgramme, balances: readonly Balance[]): Tile[] {
  if (programme.kind === 'items') {
    return programme.items.map(({ unit_id: id, name, available, needed }) => ({
      key: `item ${id}`,
      kind: 'items',
      name: programme.items.length === 1 ? programme.name : name,
      value: String(available),
      notes: needed > 1 ? [`${needed} make a free one`] : [],
    }))
  }
  const balance = balances.find(({ unit }) => unit.id === programme.unit.id)
  return [
    {
      key: `programme ${programme.id}`,
      kind: programme.kind,
      name: programme.name,
      value: formatUnits(programme.available, programme.unit),
      notes: balance ? notesOf(balance) : [],
    },
  ]
}

/** Value that no programme here gives, such as cashback; only where there is any. */
function otherTiles({ programmes, balances }: Desk): Tile[] {
  const shown = new Set(
    programmes.flatMap(({ unit, items }) => [unit.id, ...items.map(({ unit_id: unitId }) => unitId)]),
  )
  return balances
    .filter(({ unit, available, pending, owed }) => !shown.has(unit.id) && (available || pending || owed))
    .map((balance) => ({
      key: `unit ${balance.unit.id}`,
      kind: balance.unit.kind,
      name: balance.unit.name,
      value: formatUnits(balance.available, balance.unit),
      notes: notesOf(balance),
    }))
}

function notesOf({ unit, pending, held, owed, next_expiry: expiry }: Balance): string[] {
  const amount = (value: number) => formatUnits(value, unit)
  return [
    ...(pending ? [`${amount(pending)} to come`] : []),
    ...(held ? [`${amount(held)} set aside`] : []),
    ...(owed ? [`${amount(owed)} owed back`] : []),
    ...(expiry ? [`${amount(expiry.amount)} expire ${formatDate(expiry.at)}`] : []),
  ]
}
