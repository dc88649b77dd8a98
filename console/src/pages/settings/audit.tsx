import { IconListDetails } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { auditQuery, staffQuery } from '../../api/queries.ts'
import type { AuditEntry, StaffUser } from '../../api/types.ts'
import { formatDateTime, term } from '../../app/format.ts'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'

/** Who did what: sign-ins, corrections, merges, erasures, keys. */
export function Audit() {
  const staff = useInfiniteQuery(staffQuery).data?.pages.flatMap((page) => page.items)
  const columns: Column<AuditEntry>[] = [
    ...factColumns,
    { name: 'Who', show: (entry) => <Actor actor={entry.actor} staff={staff} /> },
  ]
  return (
    <Card flush>
      <Table
        label="Audit log"
        query={useInfiniteQuery(auditQuery)}
        columns={columns}
        keyOf={(entry) => entry.id}
        empty={<Empty icon={<IconListDetails size={20} />} title="Nothing noted yet" />}
      />
    </Card>
  )
}

const factColumns: Column<AuditEntry>[] = [
  { name: 'When', width: '34%', show: (entry) => <span className="muted">{formatDateTime(entry.created_at)}</span> },
  { name: 'What', show: (entry) => term(entry.action.replaceAll('.', ' ')) },
  {
    name: 'On',
    onPhone: false,
    show: (entry) =>
      entry.entity && (
        <span className="muted">
          {term(entry.entity)} {entry.entity_id}
        </span>
      ),
  },
]

/** The log names staff by id ("staff:17"); people are known by their names. */
function Actor({ actor, staff }: { actor: string; staff: readonly StaffUser[] | undefined }) {
  const [kind = '', id] = actor.split(':')
  const person = kind === 'staff' ? staff?.find((user) => String(user.id) === id) : undefined
  if (kind === 'system') return 'System'
  return person?.name ?? term([kind, id].filter(Boolean).join(' '))
}
