import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { foundCustomersQuery } from '../../api/queries.ts'
import type { Customer, CustomerSummary } from '../../api/types.ts'
import { formatCount } from '../../app/format.ts'
import { customerName } from '../../app/names.ts'
import { CustomerAvatar } from '../../components/customer-avatar.tsx'
import { FormModal, tell, tellFailure } from '../../components/form.tsx'
import { SearchField } from '../../components/search-field.tsx'
import classes from './dialogs.module.css'

interface MergeDialogProps {
  readonly customer: Customer
  readonly opened: boolean
  readonly close: () => void
}

const UNDO_MS = 20_000

export function MergeDialog(props: MergeDialogProps) {
  return <MergeForm key={String(props.opened)} {...props} />
}

/** The customer of the page goes into the one that is chosen here. */
function MergeForm({ customer, opened, close }: MergeDialogProps) {
  const [text, setText] = useState(customer.last_name ?? customer.email ?? '')
  const [into, setInto] = useState<CustomerSummary>()
  const found = useQuery({ ...foundCustomersQuery(text, 12), enabled: opened && text !== '' })
  const others = found.data?.items.filter(({ id, state }) => id !== customer.id && state === 'identified') ?? []
  const merge = useMerge(customer, close)
  return (
    <FormModal
      title={`Merge ${customerName(customer)} into …`}
      note="Identities, purchases, balances, lists and history move to the other customer. It can be undone."
      opened={opened}
      close={close}
      submitLabel={into ? `Merge into ${customerName(into)}` : 'Merge'}
      busy={merge.isPending}
      problem={merge.error}
      disabled={!into}
      submit={() => into && merge.mutate(into)}
    >
      <SearchField inDialog label="Find the other customer" value={text} onSearch={setText} />
      {others.length === 0 && found.isSuccess && <p className="muted">Nobody else matches.</p>}
      {others.length > 0 && (
        <div className={classes.choices}>
          {others.map((other) => (
            <button
              key={other.id}
              type="button"
              className={classes.choice}
              aria-pressed={other.id === into?.id}
              onClick={() => setInto(other)}
            >
              <CustomerAvatar customer={other} size={30} />
              <span className={classes.who}>
                <b>{customerName(other)}</b>
                <span className="small faint">
                  {other.email ?? other.code} · {formatCount(other.points_balance)} points
                </span>
              </span>
            </button>
          ))}
        </div>
      )}
    </FormModal>
  )
}

function useMerge(customer: Customer, close: () => void) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: ['customer'] })
    await queryClient.invalidateQueries({ queryKey: ['customers'] })
  }
  const undo = async (mergeId: number, noticeId: string) => {
    notifications.hide(noticeId)
    try {
      await post(`/merges/${mergeId}/undo`)
      await navigate({ to: '/customers/$customerId', params: { customerId: String(customer.id) } })
      await refresh()
      tell('The two customers are apart again.')
    } catch (problem) {
      tellFailure(problem)
    }
  }
  return useMutation({
    mutationFn: (into: CustomerSummary) =>
      post<{ merge_id: number }>(`/customers/${customer.id}/merge`, { into_id: into.id }),
    onSuccess: async ({ merge_id: mergeId }, into) => {
      close()
      await navigate({ to: '/customers/$customerId', params: { customerId: String(into.id) } })
      await refresh()
      const noticeId = `merge-${mergeId}`
      notifications.show({
        id: noticeId,
        autoClose: UNDO_MS,
        title: `Merged into ${customerName(into)}`,
        message: (
          <Button size="compact-sm" variant="light" onClick={() => void undo(mergeId, noticeId)}>
            Undo
          </Button>
        ),
      })
    },
  })
}
