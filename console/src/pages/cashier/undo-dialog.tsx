import type { Receipt } from '../../api/till.ts'
import { formatMoney } from '../../app/format.ts'
import { FormModal } from '../../components/form.tsx'
import type { Till } from './use-till.ts'

interface UndoDialogProps {
  readonly receipt: Receipt
  readonly till: Till
  readonly opened: boolean
  readonly close: () => void
}

export function UndoDialog({ receipt, till, opened, close }: UndoDialogProps) {
  const { undo } = till
  const { customer, number, amount_minor: amount, currency } = receipt
  const what = amount > 0 ? `${formatMoney(receipt.to_pay_minor, currency)}, ${number}` : number
  return (
    <FormModal
      title="Take the sale back?"
      note={`${customer.name}: ${what}. What it earned is taken off, and what it took is given back. The books keep both.`}
      opened={opened}
      close={close}
      submitLabel="Take it back"
      danger
      focusSubmit
      busy={undo.isPending}
      problem={undo.error}
      submit={() => undo.mutate(receipt, { onSuccess: close })}
    />
  )
}
