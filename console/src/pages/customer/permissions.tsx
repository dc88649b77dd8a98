import { Button, Drawer, Switch, type SwitchProps } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { startTransition, useOptimistic } from 'react'
import { put } from '../../api/client.ts'
import { consentHistoryQuery, customerQuery } from '../../api/queries.ts'
import type { Channel, Consent, ConsentChange, Customer, Purpose, Subscription } from '../../api/types.ts'
import { formatDate, formatDateTime, sentence } from '../../app/format.ts'
import { channelNames, purposeNames } from '../../app/names.ts'
import { useMay } from '../../app/session.ts'
import { tellFailure } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { subjectWords } from './entry-words.ts'
import classes from './permissions.module.css'

const channels = Object.keys(channelNames) as Channel[] // The keys of a record over the channels are the channels.
const purposes = Object.keys(purposeNames) as Purpose[]
/** Service messages reach everybody who has not refused them; the others wait for a yes. */
const subscribedUnlessSaid: Readonly<Record<Purpose, boolean>> = { bulk: false, chain: false, transactional: true }

export function Permissions({ customer }: { customer: Customer }) {
  const [historyOpen, history] = useDisclosure(false)
  return (
    <Card
      title="Permissions"
      aside={
        <Button variant="subtle" size="compact-sm" leftSection={<IconHistory size={15} />} onClick={history.open}>
          History
        </Button>
      }
    >
      <Subscriptions customer={customer} />
      <Consents customer={customer} />
      <Drawer opened={historyOpen} onClose={history.close} title="History of permissions" size={640}>
        {historyOpen && <ConsentHistory id={customer.id} />}
      </Drawer>
    </Card>
  )
}

function Subscriptions({ customer }: { customer: Customer }) {
  const save = useSave(customer.id)
  const said = (channel: Channel, purpose: Purpose) =>
    customer.subscriptions.find((row) => row.channel === channel && row.purpose === purpose)
  return (
    <table className={classes.matrix} aria-label="Subscriptions">
      <thead>
        <tr>
          <th>
            <span className="visually-hidden">Channel</span>
          </th>
          {purposes.map((purpose) => (
            <th key={purpose} scope="col">
              {purposeNames[purpose]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {channels.map((channel) => (
          <tr key={channel}>
            <th scope="row">{channelNames[channel]}</th>
            {purposes.map((purpose) => (
              <td key={purpose}>
                <SavedSwitch
                  aria-label={`${purposeNames[purpose]} by ${channelNames[channel]}`}
                  checked={said(channel, purpose)?.subscribed ?? subscribedUnlessSaid[purpose]}
                  save={(subscribed) => save({ path: 'subscriptions', change: { channel, purpose, subscribed } })}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Consents({ customer }: { customer: Customer }) {
  const save = useSave(customer.id)
  if (customer.consents.length === 0) return null
  return (
    <ul className={classes.consents}>
      {[...customer.consents]
        .sort((a, b) => a.type.localeCompare(b.type))
        .map((consent) => (
          <li key={consent.type}>
            <SavedSwitch
              label={sentence(consent.type)}
              description={
                consent.changed_at
                  ? `${consent.given ? 'given' : 'withdrawn'} ${formatDate(consent.changed_at)}`
                  : undefined
              }
              checked={consent.given}
              save={(given) => save({ path: 'consents', change: { type: consent.type, given } })}
            />
          </li>
        ))}
    </ul>
  )
}

interface SavedSwitchProps extends Omit<SwitchProps, 'onChange'> {
  readonly checked: boolean
  readonly save: (checked: boolean) => Promise<unknown>
}

/** Moves in the moment it is touched, and back again when the server refuses. */
function SavedSwitch({ checked, save, ...others }: SavedSwitchProps) {
  const may = useMay('customers')
  const [shown, show] = useOptimistic(checked)
  return (
    <Switch
      {...others}
      size="sm"
      disabled={!may}
      checked={shown}
      onChange={(event) => {
        const wanted = event.currentTarget.checked
        startTransition(async () => {
          show(wanted)
          await save(wanted)
        })
      }}
    />
  )
}

type Change =
  | { readonly path: 'subscriptions'; readonly change: Subscription }
  | { readonly path: 'consents'; readonly change: Consent }

/** Saves one answer; whatever else shows it has it at once. A refusal is told and taken back here. */
function useSave(id: number) {
  const queryClient = useQueryClient()
  const { queryKey } = customerQuery(id)
  const saving = useMutation({
    mutationFn: ({ path, change }: Change) => put(`/customers/${id}/${path}`, { [path]: [change] }),
    onMutate: async (change) => {
      await queryClient.cancelQueries({ queryKey, exact: true })
      const before = queryClient.getQueryData(queryKey)
      if (before) queryClient.setQueryData(queryKey, withChange(before, change))
      return before
    },
    onError: (problem, _change, before) => {
      if (before) queryClient.setQueryData(queryKey, before)
      tellFailure(problem)
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  })
  return (change: Change) => saving.mutateAsync(change).catch(() => undefined)
}

function withChange(customer: Customer, { path, change }: Change): Customer {
  if (path === 'consents') {
    return { ...customer, consents: [...customer.consents.filter((other) => other.type !== change.type), change] }
  }
  const others = customer.subscriptions.filter(
    (other) => other.channel !== change.channel || other.purpose !== change.purpose,
  )
  return { ...customer, subscriptions: [...others, change] }
}

const historyColumns: Column<ConsentChange>[] = [
  {
    name: 'When',
    width: '150px',
    show: (row) => <span className="muted small">{formatDateTime(row.created_at)}</span>,
  },
  {
    name: 'What',
    show: (row) => (
      <>
        {subjectWords(row.subject)}: {row.event.replaceAll('_', ' ')}
      </>
    ),
  },
  {
    name: 'By',
    show: (row) => (
      <span className="small muted">
        {[row.actor, row.source, row.ip, row.text_version && `text ${row.text_version}`].filter(Boolean).join(' · ')}
      </span>
    ),
  },
]

function ConsentHistory({ id }: { id: number }) {
  return (
    <Table
      label="History of permissions"
      query={useInfiniteQuery(consentHistoryQuery(id))}
      columns={historyColumns}
      keyOf={(row) => row.id}
      empty={
        <Empty icon={<IconHistory size={20} />} title="No change so far">
          Every yes and every no is kept here, with who said it, where and under which text.
        </Empty>
      }
    />
  )
}
