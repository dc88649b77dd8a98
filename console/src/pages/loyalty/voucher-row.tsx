import { ActionIcon } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { post } from '../../api/client.ts'
import type { Voucher } from '../../api/loyalty-types.ts'
import { formatDate, formatMoney } from '../../app/format.ts'
import { useMay, useSession } from '../../app/session.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { Tag } from '../../components/tag.tsx'
import { GiftCardBalance, TopUp } from './gift-card.tsx'
import classes from './vouchers.module.css'

/** One voucher: its code, whose it is or what it gives, how long it is valid; it can be taken back while it is unused. */
export function VoucherRow({ voucher, of }: { voucher: Voucher; of: 'reward' | 'customer' }) {
  const { currency } = useSession().tenant
  const may = useMay('vouchers')
  const [asking, question] = useDisclosure(false)
  const expired = voucher.valid_to !== null && Date.parse(voucher.valid_to) <= Date.now()
  const parts = [
    of === 'customer' && voucher.reward.name,
    !voucher.is_gift_card && voucher.value_minor !== null && formatMoney(voucher.value_minor, currency),
    voucher.applied_at
      ? `used on ${formatDate(voucher.applied_at)}`
      : voucher.valid_to && `until ${formatDate(voucher.valid_to)}`,
    voucher.note,
  ]
  return (
    <li className={classes.row}>
      <span className={classes.grow}>
        <span className={classes.code}>{voucher.code}</span>
        <span className={classes.sub}>
          {of === 'reward' && <Holder voucher={voucher} />}
          {parts
            .filter(Boolean)
            .map((part) => ` · ${part}`)
            .join('')
            .slice(of === 'reward' ? 0 : 3)}
          {voucher.is_gift_card && (
            <>
              {' · '}
              <GiftCardBalance code={voucher.code} />
            </>
          )}
        </span>
      </span>
      {voucher.is_gift_card && voucher.state !== 'cancelled' && <TopUp code={voucher.code} />}
      <Tag tone={voucher.state === 'issued' && !expired ? 'brand' : 'plain'}>{stateWord(voucher.state, expired)}</Tag>
      {may && voucher.state === 'issued' && (
        <ActionIcon variant="subtle" color="gray" aria-label={`Take ${voucher.code} back`} onClick={question.open}>
          <IconX size={16} />
        </ActionIcon>
      )}
      <CancelDialog voucher={voucher} opened={asking} close={question.close} />
    </li>
  )
}

function stateWord(state: Voucher['state'], expired: boolean): string {
  if (state === 'applied') return 'Used'
  if (state === 'cancelled') return 'Taken back'
  return expired ? 'Expired' : 'Open'
}

function Holder({ voucher: { customer } }: { voucher: Voucher }) {
  if (!customer) return <>for anybody</>
  return (
    <Link to="/customers/$customerId" params={{ customerId: String(customer.id) }} className="link">
      {customer.name || `Customer ${customer.id}`}
    </Link>
  )
}

function CancelDialog({ voucher, opened, close }: { voucher: Voucher; opened: boolean; close: () => void }) {
  const queryClient = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => post(`/vouchers/${voucher.id}/cancel`),
    onSuccess: async () => {
      close()
      tell(`${voucher.code} is taken back.`)
      for (const key of ['vouchers', 'customer']) await queryClient.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <FormModal
      title={`Take ${voucher.code} back?`}
      note="It can no longer be used. Points that were paid for it are given back; what is on a gift card is written off."
      opened={opened}
      close={close}
      submitLabel="Take it back"
      danger
      busy={cancel.isPending}
      problem={cancel.error}
      submit={() => cancel.mutate()}
    />
  )
}
