import { Button, Skeleton, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { vouchersQuery } from '../../api/loyalty-queries.ts'
import type { Reward } from '../../api/loyalty-types.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, fieldError, tell } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { CustomerSelect } from './basket-form.tsx'
import { MoneyInput } from './inputs.tsx'
import { VoucherRow } from './voucher-row.tsx'
import classes from './vouchers.module.css'

/** What was given of a reward, newest first. */
export function Vouchers({ reward }: { reward: Reward }) {
  const query = useInfiniteQuery(vouchersQuery({ reward_id: String(reward.id) }))
  const mayGive = useMay(reward.kind === 'gift_card' ? 'value' : 'vouchers')
  const [opened, dialog] = useDisclosure(false)
  const vouchers = query.data?.pages.flatMap((page) => page.items)
  const what = reward.kind === 'gift_card' ? 'gift card' : 'voucher'
  return (
    <Card
      title={reward.kind === 'gift_card' ? 'Gift cards' : 'Vouchers'}
      aside={
        mayGive && (
          <Button variant="light" size="xs" disabled={reward.state !== 'active'} onClick={dialog.open}>
            {reward.kind === 'gift_card' ? 'Issue a gift card' : 'Give a voucher'}
          </Button>
        )
      }
    >
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={80} />}
      {vouchers?.length === 0 && (
        <p className="muted">
          No {what} yet.{reward.state !== 'active' && ' Turn the reward on to give the first one.'}
        </p>
      )}
      <ul className={classes.rows}>
        {vouchers?.map((voucher) => (
          <VoucherRow key={voucher.id} voucher={voucher} of="reward" />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt={8}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
      <GiveDialog key={String(opened)} reward={reward} opened={opened} close={dialog.close} />
    </Card>
  )
}

function GiveDialog({ reward, opened, close }: { reward: Reward; opened: boolean; close: () => void }) {
  const queryClient = useQueryClient()
  const { benefit } = reward.definition
  const isCard = reward.kind === 'gift_card'
  const [customer, setCustomer] = useState<{ id: number; name: string }>()
  const [code, setCode] = useState('')
  const [note, setNote] = useState('')
  const [value, setValue] = useState(benefit.kind === 'amount' ? benefit.amount_minor : undefined)
  // One for each opening: a second click, or a retry, gives nothing twice.
  const [key] = useState(() => crypto.randomUUID())
  const give = useMutation({
    mutationFn: () => {
      const common = {
        reward_id: reward.id,
        customer_id: customer?.id,
        code: code.trim() || undefined,
        note: note.trim() || undefined,
      }
      return isCard
        ? post<{ code: string }>('/gift-cards', { ...common, amount_minor: value }, { idempotencyKey: key })
        : post<{ code: string }>('/vouchers', { ...common, value_minor: ownValue(value) }, { idempotencyKey: key })
    },
    onSuccess: async (given) => {
      close()
      tell(`${isCard ? 'Gift card' : 'Voucher'} ${given.code} is given.`)
      for (const name of ['vouchers', 'customer', 'all']) await queryClient.invalidateQueries({ queryKey: [name] })
    },
  })
  const ownValue = (minor: number | undefined) =>
    benefit.kind === 'amount' && minor !== benefit.amount_minor ? minor : undefined
  return (
    <FormModal
      title={isCard ? 'Issue a gift card' : `Give “${reward.name}”`}
      note={reward.points_cost > 0 ? `Takes ${reward.points_cost} points from the customer.` : undefined}
      opened={opened}
      close={close}
      submitLabel={isCard ? 'Issue' : 'Give'}
      busy={give.isPending}
      problem={give.error}
      disabled={(reward.points_cost > 0 && !customer) || (isCard && !value)}
      submit={() => give.mutate()}
    >
      <CustomerSelect
        customer={customer}
        change={setCustomer}
        placeholder={reward.points_cost > 0 ? 'Choose …' : 'Anybody'}
      />
      {benefit.kind === 'amount' && <MoneyInput label="Value" value={value} change={setValue} />}
      <TextInput
        label="Code"
        placeholder={reward.definition.code_pool_id ? 'The next of the pool' : 'Drawn'}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={fieldError(give.error, 'code')}
      />
      <TextInput label="Note" value={note} onChange={(event) => setNote(event.currentTarget.value)} />
    </FormModal>
  )
}
