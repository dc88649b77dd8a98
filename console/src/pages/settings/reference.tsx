import { ActionIcon, Button, Select } from '@mantine/core'
import { IconListDetails, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { remove } from '../../api/client.ts'
import {
  type ReferenceItem,
  type ReferenceList,
  referenceItemsQuery,
  referenceListsQuery,
} from '../../api/reference.ts'
import { term } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Empty, Failed, PageLoading } from '../../components/states.tsx'
import classes from './page.module.css'
import own from './reference.module.css'
import { ItemDialog } from './reference-item.tsx'

/** The small lists that forms, tills and rules choose from. */
export function Reference() {
  const lists = useQuery(referenceListsQuery)
  const [path, setPath] = useState<string>()
  if (lists.isPending) return <PageLoading />
  if (lists.isError)
    return (
      <Card>
        <Failed problem={lists.error} retry={() => void lists.refetch()} />
      </Card>
    )
  const list = lists.data.find((one) => one.list === path) ?? lists.data[0]
  if (!list) return null
  return (
    <div className={classes.stack}>
      <Select
        className={own.choice}
        label="List"
        searchable
        allowDeselect={false}
        data={lists.data.map((one) => ({ value: one.list, label: titleOf(one) }))}
        value={list.list}
        onChange={(value) => value && setPath(value)}
      />
      <Items key={list.list} list={list} />
    </div>
  )
}

const titleOf = ({ list }: ReferenceList) => term(list.replaceAll('-', ' ')).replace('Sso', 'Single sign-on')

function Items({ list }: { list: ReferenceList }) {
  const items = useQuery(referenceItemsQuery(list.list))
  const may = useMay('settings')
  const [editing, edit] = useState<ReferenceItem | 'new'>()
  const [leaving, leave] = useState<ReferenceItem>()
  return (
    <>
      <div className={classes.bar}>
        <span className="muted">{term(list.summary)}. Other systems know an item by its code.</span>
        {may && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => edit('new')}>
            Add
          </Button>
        )}
      </div>
      <Card flush>
        {items.isPending && <PageLoading />}
        {items.isError && <Failed problem={items.error} retry={() => void items.refetch()} />}
        {items.data?.length === 0 && (
          <Empty icon={<IconListDetails size={20} />} title="Nothing in this list yet">
            {may ? 'What you add is there for every API at once.' : undefined}
          </Empty>
        )}
        <ul className={own.items} aria-label={titleOf(list)}>
          {items.data?.map((item) => (
            <li key={item.id} className={own.item}>
              <span className={classes.two}>
                <b>{item.name}</b>
                <span className="small faint mono">{item.code}</span>
              </span>
              <span className={`small muted ${own.facts}`}>{factsOf(list, item)}</span>
              {may && (
                <span className={own.actions}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="lg"
                    aria-label={`Edit ${item.name}`}
                    onClick={() => edit(item)}
                  >
                    <IconPencil size={17} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="lg"
                    aria-label={`Take ${item.name} away`}
                    onClick={() => leave(item)}
                  >
                    <IconTrash size={17} />
                  </ActionIcon>
                </span>
              )}
            </li>
          ))}
        </ul>
      </Card>
      {editing !== undefined && (
        <ItemDialog list={list} item={editing === 'new' ? undefined : editing} close={() => edit(undefined)} />
      )}
      <TakeAway list={list} item={leaving} close={() => leave(undefined)} />
    </>
  )
}

/** What an item says beside its name, on one line. */
function factsOf(list: ReferenceList, item: ReferenceItem): string {
  const facts = Object.keys(list.fields.properties ?? {}).map((field) => factOf(field, item[field]))
  return facts
    .filter((fact) => fact !== '')
    .slice(0, mostFacts)
    .join(' · ')
}

const longestFact = 60
const mostFacts = 3

function factOf(field: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value === 'boolean') return value ? term(field) : `${term(field)}: no`
  if (Array.isArray(value)) return value.map(String).join(', ').slice(0, longestFact)
  if (typeof value === 'object') return ''
  const text = String(value)
  return text.length > longestFact ? `${text.slice(0, longestFact)}…` : text
}

interface TakeAwayProps {
  readonly list: ReferenceList
  readonly item: ReferenceItem | undefined
  readonly close: () => void
}

function TakeAway({ list, item, close }: TakeAwayProps) {
  const queryClient = useQueryClient()
  const gone = useMutation({
    mutationFn: (code: string) => remove(`/reference/${list.list}/${encodeURIComponent(code)}`),
    onSuccess: async () => {
      close()
      tell('It is no longer offered.')
      await queryClient.invalidateQueries({ queryKey: ['reference', list.list] })
    },
  })
  return (
    <FormModal
      title={`Take “${item?.name ?? ''}” away?`}
      note="It is no longer offered. What refers to it already keeps doing so."
      opened={item !== undefined}
      close={close}
      submitLabel="Take away"
      danger
      busy={gone.isPending}
      problem={gone.error}
      submit={() => item && gone.mutate(item.code)}
    />
  )
}
