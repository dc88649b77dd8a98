import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil, IconUsersGroup } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { remove } from '../../api/client.ts'
import { listMembersQuery, listQuery } from '../../api/queries.ts'
import type { AudienceList, ListMember } from '../../api/types.ts'
import { formatCount, formatDate, sentence } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { backLink, Card, Page } from '../../components/page.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { type Column, rowLink, Table } from '../../components/table.tsx'
import { Tag } from '../../components/tag.tsx'
import { ListDialog } from './list-dialog.tsx'
import classes from './page.module.css'

export function ListPage() {
  const id = Number(useParams({ from: '/app/lists/$listId' }).listId)
  const list = useQuery(listQuery(id))
  const members = useInfiniteQuery(listMembersQuery(id))
  const may = useMay('lists')
  const [editing, edit] = useDisclosure(false)
  const [deleting, deletion] = useDisclosure(false)
  if (list.isError)
    return (
      <Page title="List" above={<BackToLists />}>
        <Card>
          <Failed problem={list.error} retry={() => void list.refetch()} />
        </Card>
      </Page>
    )
  return (
    <Page
      title={list.data?.name ?? 'List'}
      note={list.data ? noteOf(list.data) : ' '}
      wideActions
      above={<BackToLists />}
      actions={
        may && (
          <>
            <Button variant="default" leftSection={<IconPencil size={16} />} onClick={edit.open}>
              Edit
            </Button>
            <Button variant="light" color="red" onClick={deletion.open} disabled={list.data?.locked}>
              Delete
            </Button>
          </>
        )
      }
    >
      <Card flush>
        <Table
          label="Members"
          query={members}
          columns={columns}
          keyOf={(member) => member.customer_id}
          empty={
            <Empty icon={<IconUsersGroup size={20} />} title="Nobody is on this list">
              Add receivers through an API, or from a form with double opt-in.
            </Empty>
          }
        />
      </Card>
      {list.data && <ListDialog list={list.data} opened={editing} close={edit.close} />}
      {list.data && <DeleteList list={list.data} opened={deleting} close={deletion.close} />}
    </Page>
  )
}

function BackToLists() {
  return (
    <Link to="/lists" className={backLink}>
      Lists
    </Link>
  )
}

function noteOf(list: AudienceList): string {
  const counts = list.active === undefined ? undefined : `${formatCount(list.active)} active`
  return [list.description, counts].filter(Boolean).join(' · ')
}

const columns: Column<ListMember>[] = [
  {
    name: 'Customer',
    show: (member) => (
      <Link to="/customers/$customerId" params={{ customerId: String(member.customer_id) }} className={rowLink}>
        <span className={classes.list}>
          <span className={classes.name}>{member.name || member.email || `Customer ${member.customer_id}`}</span>
          {member.name && member.email && <span className={classes.note}>{member.email}</span>}
        </span>
      </Link>
    ),
  },
  {
    name: 'Registered',
    onPhone: false,
    width: '160px',
    show: (member) => member.registered_at && <span className="muted">{formatDate(member.registered_at)}</span>,
  },
  {
    name: 'State',
    width: '130px',
    show: (member) => <Tag tone={member.state === 'active' ? 'brand' : 'plain'}>{sentence(member.state)}</Tag>,
  },
]

function DeleteList({ list, opened, close }: { list: AudienceList; opened: boolean; close: () => void }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const deletion = useMutation({
    mutationFn: () => remove(`/lists/${list.id}`),
    onSuccess: async () => {
      tell(`“${list.name}” is deleted.`)
      await navigate({ to: '/lists' })
      await queryClient.invalidateQueries({ queryKey: ['lists'] })
    },
  })
  return (
    <FormModal
      title={`Delete “${list.name}”?`}
      note="Its members stay customers; only their place on this list goes."
      opened={opened}
      close={close}
      submitLabel="Delete the list"
      danger
      busy={deletion.isPending}
      problem={deletion.error}
      submit={() => deletion.mutate()}
    />
  )
}
