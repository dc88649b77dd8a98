import { Progress, Skeleton } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { standingQuery, vouchersQuery } from '../../api/loyalty-queries.ts'
import type { Tier, TierStanding } from '../../api/loyalty-types.ts'
import { formatCount, formatDate, formatMoney } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { Card } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { VoucherRow } from '../loyalty/voucher-row.tsx'
import vouchers from '../loyalty/vouchers.module.css'
import classes from './loyalty.module.css'

/** Where the customer stands, and what they may use. */
export function Loyalty({ customerId }: { customerId: number }) {
  return (
    <>
      <Standing customerId={customerId} />
      <CustomerVouchers customerId={customerId} />
    </>
  )
}

function Standing({ customerId }: { customerId: number }) {
  const query = useQuery(standingQuery(customerId))
  if (query.data && !query.data.tier && !query.data.next) return null
  return (
    <Card title="Tier" className={classes.card}>
      {query.isPending && <Skeleton height={54} />}
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {query.data && <Way standing={query.data} />}
    </Card>
  )
}

function Way({ standing }: { standing: TierStanding }) {
  const { currency } = useSession().tenant
  const { tier, next, to_next: toNext, to_keep: toKeep, keep_by: keepBy } = standing
  const amount = (value: number, of: Tier) =>
    of.settings.measure === 'spend' ? formatMoney(value, currency) : `${formatCount(value)} points`
  const share = next && next.threshold > 0 ? Math.max(0, 1 - toNext / next.threshold) * 100 : 0
  return (
    <div className={classes.way}>
      <div className={classes.names}>
        <b>{tier?.name ?? 'No tier yet'}</b>
        {next && <span className="muted">{next.name}</span>}
      </div>
      {next && <Progress value={share} color="var(--points)" size={8} aria-label={`The way to ${next.name}`} />}
      <p className="muted">
        {next ? `${amount(toNext, next)} to ${next.name}.` : 'The highest tier.'}
        {standing.is_given && ` Given by hand${keepBy ? `, until ${formatDate(keepBy)}` : ''}.`}
        {!standing.is_given &&
          tier &&
          toKeep > 0 &&
          ` ${amount(toKeep, tier)} more${keepBy ? ` by ${formatDate(keepBy)}` : ''} to keep ${tier.name}.`}
      </p>
    </div>
  )
}

function CustomerVouchers({ customerId }: { customerId: number }) {
  const query = useInfiniteQuery(vouchersQuery({ customer_id: String(customerId) }))
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  if (query.isError)
    return (
      <Card title="Vouchers" className={classes.card}>
        <Failed problem={query.error} retry={() => void query.refetch()} />
      </Card>
    )
  // Most customers have none; an empty card would only be in the way.
  if (items.length === 0) return null
  return (
    <Card title="Vouchers" className={classes.card}>
      <ul className={vouchers.rows}>
        {items.map((voucher) => (
          <VoucherRow key={voucher.id} voucher={voucher} of="customer" />
        ))}
      </ul>
    </Card>
  )
}
