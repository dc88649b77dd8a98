import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { Balance } from '../../api/types.ts'
import { formatDate, formatUnits } from '../../app/format.ts'
import { Card } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import classes from './balances.module.css'

export function Balances({ query }: { query: UseQueryResult<{ items: readonly Balance[] }> }) {
  const items = query.data?.items.filter(isWorthShowing)
  return (
    <Card title="Balances" className={classes.card}>
      {query.isPending && <Skeleton height={64} />}
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {items?.length === 0 && <p className="muted">Nothing earned yet.</p>}
      {items && items.length > 0 && (
        <ul className={classes.balances}>
          {items.map((balance) => (
            <BalanceOf key={balance.unit.id} balance={balance} />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** Points always; of the other units only those the customer has, had to wait for, or owes. */
function isWorthShowing({ unit, available, pending, held, owed }: Balance): boolean {
  return unit.kind === 'points' || available !== 0 || pending !== 0 || held !== 0 || owed !== 0
}

function BalanceOf({ balance }: { balance: Balance }) {
  const { unit, available, pending, held, owed, next_expiry: expiry } = balance
  const amount = (value: number) => formatUnits(value, unit)
  return (
    <li className={classes.balance} data-kind={unit.kind}>
      <span className={classes.name}>{unit.name}</span>
      <span className={classes.available}>{amount(available)}</span>
      <span className={classes.notes}>
        {pending > 0 && <span>{amount(pending)} not active yet</span>}
        {held > 0 && <span>{amount(held)} reserved</span>}
        {owed !== 0 && <span className={classes.owed}>{amount(Math.abs(owed))} owed back</span>}
        {expiry && (
          <span>
            {amount(expiry.amount)} expire on {formatDate(expiry.at)}
          </span>
        )}
      </span>
    </li>
  )
}
