import { Button, Drawer, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { post } from '../../api/client.ts'
import { purchaseQuery } from '../../api/queries.ts'
import type { Purchase } from '../../api/types.ts'
import { formatCount, formatDateTime, formatMoney, formatPrice, sentence } from '../../app/format.ts'
import { nameOf, sourceNames } from '../../app/names.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { Failed } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Effects } from './effects.tsx'
import classes from './purchase-drawer.module.css'
import { PurchaseTags } from './purchase-tags.tsx'

export function PurchaseDrawer({ id, close }: { id: number | undefined; close: () => void }) {
  return (
    <Drawer opened={id !== undefined} onClose={close} title="Purchase" size={560}>
      {id !== undefined && <PurchaseOf id={id} />}
    </Drawer>
  )
}

function PurchaseOf({ id }: { id: number }) {
  const query = useQuery(purchaseQuery(id))
  const may = useMay('purchases')
  if (query.isError) return <Failed problem={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Skeleton height={420} radius="lg" />
  const purchase = query.data
  const canBeCancelled = purchase.kind === 'sale' && purchase.state !== 'cancelled'
  return (
    <div className={classes.purchase}>
      <Head purchase={purchase} />
      <Lines purchase={purchase} />
      {purchase.payments.length > 0 && <Payments purchase={purchase} />}
      {purchase.discounts.length > 0 && <Discounts purchase={purchase} />}
      <Effects purchase={purchase} />
      <Reports purchase={purchase} />
      {may && canBeCancelled && <Cancel purchase={purchase} />}
    </div>
  )
}

function Head({ purchase }: { purchase: Purchase }) {
  const facts = [
    formatDateTime(purchase.occurred_at),
    nameOf(purchase.store),
    sourceNames[purchase.source] ?? purchase.source,
    purchase.till && `till ${purchase.till}`,
    purchase.card_number && `card ${purchase.card_number}`,
  ]
  return (
    <header>
      <div className={classes.headLine}>
        <span className={classes.total}>
          {purchase.total_minor === null ? 'Total not told' : formatMoney(purchase.total_minor, purchase.currency)}
        </span>
        {purchase.points_earned > 0 && <Tag tone="points">+{formatCount(purchase.points_earned)} points</Tag>}
        <PurchaseTags purchase={purchase} />
      </div>
      <p className="muted">
        <span className="code">{purchase.number}</span> · {facts.filter(Boolean).join(' · ')}
      </p>
      <p>
        {purchase.customer ? (
          <Link to="/customers/$customerId" params={{ customerId: String(purchase.customer.id) }} className="link">
            {purchase.customer.name || 'Open the customer'}
          </Link>
        ) : (
          <span className="faint">Without a customer</span>
        )}
      </p>
      {purchase.possible_twin && (
        <p className={classes.twin}>
          Another purchase has this number but contradicts it, so both were kept.{' '}
          <Link to="/purchases" search={{ q: purchase.number }} className="link">
            Show both
          </Link>
        </p>
      )}
      {purchase.cancels_id && (
        <p>
          <Link
            to="/purchases"
            search={(before) => ({ ...before, open: purchase.cancels_id ?? undefined })}
            className="link"
          >
            The sale that this cancels
          </Link>
        </p>
      )}
    </header>
  )
}

function Lines({ purchase }: { purchase: Purchase }) {
  if (purchase.lines.length === 0) return null
  return (
    <section>
      <h3 className={classes.heading}>Lines</h3>
      <ul className={classes.rows}>
        {purchase.lines.map((line, index) => (
          <li key={line.id ?? `${line.code} ${index}`} className={classes.row}>
            <span className={classes.grow}>
              {line.name || line.code}
              <span className={classes.sub}>
                {formatCount(Number(line.quantity))} × {formatPrice(Number(line.unit_price), purchase.currency)}
                {line.name && line.name !== line.code && ` · ${line.code}`}
                {line.earns === false && ' · earns nothing'}
                {Number(line.cancelled_quantity) > 0 && ` · ${line.cancelled_quantity} taken back`}
              </span>
            </span>
            <span className="number">{formatMoney(line.total_minor, purchase.currency)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Payments({ purchase }: { purchase: Purchase }) {
  return (
    <section>
      <h3 className={classes.heading}>Paid with</h3>
      <ul className={classes.rows}>
        {purchase.payments.map((payment, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: payments have no id here and never change
          <li key={index} className={classes.row}>
            <span className={classes.grow}>
              {sentence(payment.kind)}
              {payment.kind === 'points' && payment.unit_amount ? (
                <span className={classes.sub}>{formatCount(payment.unit_amount)} points</span>
              ) : null}
            </span>
            <span className="number">{formatMoney(payment.amount_minor, purchase.currency)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Discounts({ purchase }: { purchase: Purchase }) {
  const lineName = (position: number | null) => {
    const line = purchase.lines.find((candidate) => candidate.position === position)
    return line ? `on ${line.name || line.code}` : 'on the whole purchase'
  }
  return (
    <section>
      <h3 className={classes.heading}>Benefits, in the prices above</h3>
      <ul className={classes.rows}>
        {purchase.discounts.map((discount, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: discounts have no id here and never change
          <li key={index} className={classes.row}>
            <span className={classes.grow}>
              {discount.name}
              <span className={classes.sub}>
                {discount.code !== discount.name && `${discount.code}, `}
                {lineName(discount.line_position)}
              </span>
            </span>
            <span className={classes.discount}>−{formatMoney(discount.amount_minor, purchase.currency)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Reports({ purchase }: { purchase: Purchase }) {
  return (
    <section>
      <h3 className={classes.heading}>Reported by</h3>
      <ul className={classes.rows}>
        {purchase.reports.map((report) => (
          <li key={`${report.space} ${report.number}`} className={classes.row}>
            <span className={classes.grow}>
              {sentence(report.space)}
              <span className={classes.sub}>
                {sourceNames[report.source] ?? report.source}, {formatDateTime(report.created_at ?? report.occurred_at)}
                {report.number !== purchase.number && ` · as ${report.number}`}
              </span>
            </span>
            <Tag tone={report.confirmed ? 'brand' : 'plain'}>{report.confirmed ? 'Confirmed' : 'Not confirmed'}</Tag>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Cancel({ purchase }: { purchase: Purchase }) {
  const queryClient = useQueryClient()
  const [opened, dialog] = useDisclosure(false)
  const cancel = useMutation({
    mutationFn: () => post(`/purchases/${purchase.id}/cancel`),
    onSuccess: async () => {
      dialog.close()
      tell('Cancelled; its points are taken back.')
      for (const key of ['purchase', 'purchases', 'customer', 'customers', 'dashboard']) {
        await queryClient.invalidateQueries({ queryKey: [key] })
      }
    },
  })
  return (
    <div>
      <Button variant="light" color="red" onClick={dialog.open}>
        Cancel the purchase
      </Button>
      <FormModal
        title={`Cancel ${purchase.number}?`}
        note="A cancellation of all its lines is recorded, and the points it earned are taken back. The money is not: that is the till's business."
        opened={opened}
        close={dialog.close}
        submitLabel="Cancel the purchase"
        closeLabel="Keep it"
        danger
        busy={cancel.isPending}
        problem={cancel.error}
        submit={() => cancel.mutate()}
      />
    </div>
  )
}
