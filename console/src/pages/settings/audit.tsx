import { IconListDetails } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { auditQuery } from '../../api/queries.ts'
import type { AuditEntry } from '../../api/types.ts'
import { formatDateTime, sentence } from '../../app/format.ts'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'

/** Who did what: sign-ins, corrections, merges, erasures, keys. */
export function Audit() {
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

const columns: Column<AuditEntry>[] = [
  { name: 'When', width: '190px', show: (entry) => <span className="muted">{formatDateTime(entry.created_at)}</span> },
  { name: 'What', show: (entry) => sentence(entry.action.replaceAll('.', ' ')) },
  {
    name: 'On',
    onPhone: false,
    show: (entry) =>
      entry.entity && (
        <span className="muted">
          {sentence(entry.entity)} {entry.entity_id}
        </span>
      ),
  },
  { name: 'Who', show: (entry) => entry.actor },
]
