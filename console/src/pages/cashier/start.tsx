import { Button } from '@mantine/core'
import { IconArrowBackUp, IconIdBadge2 } from '@tabler/icons-react'
import type { Receipt } from '../../api/till.ts'
import { formatMoney, formatTime } from '../../app/format.ts'
import { Empty } from '../../components/states.tsx'
import classes from './start.module.css'

/** Nobody is at the till. */
export function Start({ waitingCode }: { waitingCode: string | undefined }) {
  return (
    <Empty icon={<IconIdBadge2 size={22} />} title="Ready for the next customer">
      {waitingCode
        ? `The voucher ${waitingCode} goes to whoever is scanned next.`
        : 'Scan their card or a voucher of theirs. Or type a name, e-mail, phone or customer code, and press Enter.'}
    </Empty>
  )
}

export function LastSale({ receipt, undo }: { receipt: Receipt; undo: () => void }) {
  const { customer, amount_minor: amount, currency } = receipt
  return (
    <section className={classes.last} aria-label="The last sale">
      <span className={classes.words}>
        <span className={classes.what}>
          {customer.name}
          {amount > 0 && `, ${formatMoney(receipt.to_pay_minor, currency)}`}
        </span>
        <span className={classes.note}>
          The last sale, {receipt.number}, at {formatTime(receipt.occurred_at)}
        </span>
      </span>
      <Button variant="default" size="md" leftSection={<IconArrowBackUp size={18} />} onClick={undo}>
        Take it back
      </Button>
    </section>
  )
}
