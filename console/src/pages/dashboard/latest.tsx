import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Dashboard, Page, PurchaseSummary } from '../../api/types.ts'
import { formatAgo, formatCount, formatMoney, formatMoneyRound, formatWeekday } from '../../app/format.ts'
import { nameOf, sourceNames } from '../../app/names.ts'
import { Card } from '../../components/page.tsx'
import classes from './page.module.css'
import { salesByWeekday } from './periods.ts'

interface LatestProps {
  readonly purchases: UseQueryResult<Page<PurchaseSummary>>
  readonly data: Dashboard | undefined
}

export function Latest({ purchases, data }: LatestProps) {
  const items = purchases.data?.items
  if (items?.length === 0) return null
  return (
    <div className={`${classes.grid} ${classes.lower}`}>
      <Card
        className={data ? classes.sales : classes.whole}
        title="Latest purchases"
        aside={
          <Link to="/purchases" className="link">
            All purchases
          </Link>
        }
      >
        {purchases.isPending && <Skeleton height={240} />}
        <ul className={classes.latest}>
          {items?.map((purchase) => (
            <LatestPurchase key={purchase.id} purchase={purchase} />
          ))}
        </ul>
      </Card>
      {data && <Weekdays data={data} />}
    </div>
  )
}

function LatestPurchase({ purchase }: { purchase: PurchaseSummary }) {
  return (
    <li>
      <Link to="/purchases" search={{ open: purchase.id }} className={classes.latestRow}>
        <span className={classes.latestWho}>
          <b>{purchase.customer?.name ?? 'Without a customer'}</b>
          <span className="muted small">
            {nameOf(purchase.store) ?? sourceNames[purchase.source] ?? purchase.source} ·{' '}
            {formatAgo(purchase.occurred_at)}
          </span>
        </span>
        {purchase.points_earned > 0 && (
          <span className={`${classes.latestPoints} number not-on-phone`}>
            +{formatCount(purchase.points_earned)} points
          </span>
        )}
        <span className={`${classes.latestSum} number`}>
          {formatMoney(purchase.total_minor ?? 0, purchase.currency)}
        </span>
      </Link>
    </li>
  )
}

/** A mean day of the week, from the days of the period. */
function Weekdays({ data }: { data: Dashboard }) {
  const days = salesByWeekday(data.series)
  const most = Math.max(1, ...days.map((day) => day.mean))
  return (
    <Card className={classes.people} title="A usual week" aside="mean sales a day">
      <ul className={classes.weekdays}>
        {days.map(({ weekday, mean }) => (
          <li key={weekday} className={classes.weekday}>
            <span className="muted">{formatWeekday(weekday)}</span>
            <span className={classes.barTrack}>
              <span
                className={classes.bar}
                data-most={mean === most || undefined}
                style={{ width: `${Math.max(0, (mean / most) * 100)}%` }}
              />
            </span>
            <span className="number">{formatMoneyRound(Math.round(mean), data.currency)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
