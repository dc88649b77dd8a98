import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { giftCardQuery } from '../../api/loyalty-queries.ts'
import { formatMoney } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { MoneyInput } from './inputs.tsx'

/** What is on a card now; `null` while it is asked for. */
export function GiftCardBalance({ code }: { code: string }) {
  const { data: card } = useQuery(giftCardQuery(code))
  if (!card) return null
  const { balance_minor: balance, original_minor: original, currency } = card
  return (
    <>
      {balance === original
        ? formatMoney(balance, currency)
        : `${formatMoney(balance, currency)} of ${formatMoney(original, currency)} left`}
    </>
  )
}

export function TopUp({ code }: { code: string }) {
  const may = useMay('value')
  const [opened, dialog] = useDisclosure(false)
  if (!may) return null
  return (
    <>
      <Button variant="default" size="compact-sm" aria-label={`Top up ${code}`} onClick={dialog.open}>
        Top up
      </Button>
      <TopUpDialog key={String(opened)} code={code} opened={opened} close={dialog.close} />
    </>
  )
}

function TopUpDialog({ code, opened, close }: { code: string; opened: boolean; close: () => void }) {
  const queryClient = useQueryClient()
  const [amount, setAmount] = useState<number>()
  // One for each opening: a second click, or a retry, puts nothing on it twice.
  const [key] = useState(() => crypto.randomUUID())
  const topUp = useMutation({
    mutationFn: () =>
      post(`/gift-cards/${encodeURIComponent(code)}/top-ups`, { amount_minor: amount }, { idempotencyKey: key }),
    onSuccess: async () => {
      close()
      tell(`${code} has more on it.`)
      await queryClient.invalidateQueries({ queryKey: giftCardQuery(code).queryKey })
      await queryClient.invalidateQueries({ queryKey: ['vouchers'] })
    },
  })
  return (
    <FormModal
      title={`Top up ${code}`}
      opened={opened}
      close={close}
      submitLabel="Top up"
      busy={topUp.isPending}
      problem={topUp.error}
      disabled={!amount}
      submit={() => topUp.mutate()}
    >
      <MoneyInput label="Amount" data-autofocus value={amount} change={setAmount} />
    </FormModal>
  )
}
