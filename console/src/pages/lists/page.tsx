import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconLock, IconPlus, IconUsersGroup } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listsQuery } from '../../api/queries.ts'
import type { AudienceList } from '../../api/types.ts'
import { formatCount, formatDate } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { Card, Page } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, rowLink, Table } from '../../components/table.tsx'
import { ListDialog } from './list-dialog.tsx'
import classes from './page.module.css'

export function ListsPage() {
  const query = useInfiniteQuery(listsQuery)
  const may = useMay('lists')
  const [opened, dialog] = useDisclosure(false)
  return (
    <Page
      title="Lists"
      note="Who asked for what. A list says which messages; permissions say whether any."
      actions={
        may && (
          <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
            New list
          </Button>
        )
      }
    >
      <Card flush>
        <Table
          label="Lists"
          query={query}
          columns={columns}
          keyOf={(list) => list.id}
          empty={
            <Empty
              icon={<IconUsersGroup size={20} />}
              title="No list yet"
              action={may && <Button onClick={dialog.open}>New list</Button>}
            >
              A newsletter, a club, the guests of an evening: people join with a form, an API or by hand.
            </Empty>
          }
        />
      </Card>
      <ListDialog opened={opened} close={dialog.close} />
    </Page>
  )
}

const columns: Column<AudienceList>[] = [
  {
    name: 'List',
    show: (list) => (
      <Link to="/lists/$listId" params={{ listId: String(list.id) }} className={rowLink}>
        <span className={classes.list}>
          <span className={classes.name}>
            {list.name}
            {list.locked && <IconLock size={14} aria-label="locked" className="faint" />}
          </span>
          {list.description && <span className={classes.note}>{list.description}</span>}
        </span>
      </Link>
    ),
  },
  {
    name: 'Made',
    onPhone: false,
    width: '150px',
    show: (list) => <span className="muted">{formatDate(list.created_at)}</span>,
  },
  {
    name: 'Not active',
    align: 'right',
    width: '120px',
    onPhone: false,
    show: (list) => (list.inactive === undefined ? '' : formatCount(list.inactive)),
  },
  {
    name: 'Active',
    align: 'right',
    width: '110px',
    show: (list) => <b className={classes.active}>{list.active === undefined ? '' : formatCount(list.active)}</b>,
  },
]
