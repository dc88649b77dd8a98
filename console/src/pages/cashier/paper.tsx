import type { Receipt } from '../../api/till.ts'
import type { Tenant } from '../../api/types.ts'
import { formatCount, formatDateTime, formatMoney, formatUnits, inSentence } from '../../app/format.ts'
import classes from './paper.module.css'
import { balancesAfter, gathered } from './words.ts'

interface PaperProps {
  readonly receipt: Receipt
  readonly shop: Tenant
  readonly cashier: string
}

/** The receipt, as wide as a roll of 80 mm. */
export function Paper({ receipt, shop, cashier }: PaperProps) {
  const money = (minor: number) => formatMoney(minor, receipt.currency)
  const sells = receipt.amount_minor > 0
  const cheaper = receipt.discounts.length + receipt.payments.length > 0
  const earned = gathered(receipt.earned)
  const spent = gathered(receipt.spent.filter(({ unit }) => unit.kind !== 'money'))
  return (
    <article className={classes.paper} data-paper aria-label="Receipt">
      <header className={classes.head}>
        <b className={classes.shop}>{shop.name}</b>
        {receipt.store && <span>{receipt.store.name}</span>}
        <span>{formatDateTime(receipt.occurred_at)}</span>
      </header>
      <dl className={classes.facts}>
        <Row name="Receipt" value={receipt.number} />
        <Row name="Customer" value={receipt.customer.name} />
        <Row name="No." value={`···· ${receipt.customer.code.slice(-4)}`} />
        <Row name="Served by" value={cashier} />
      </dl>
      {(sells || cheaper) && (
        <dl className={classes.rows}>
          {sells && <Row name="Sale" value={money(receipt.amount_minor)} />}
          {receipt.discounts.map(({ name, code, amount_minor: minor }) => (
            <Row key={`${code} ${name}`} name={name} value={minor > 0 ? `−${money(minor)}` : 'handed over'} />
          ))}
          {receipt.payments.map(({ name, points, amount_minor: minor }) => (
            <Row
              key={name}
              name={points === null ? name : `${formatCount(points)} ${inSentence(name)}`}
              value={sells ? `−${money(minor)}` : money(minor)}
            />
          ))}
          {sells && <Row name="Paid" value={money(receipt.to_pay_minor)} total />}
        </dl>
      )}
      {(earned.length > 0 || spent.length > 0) && (
        <dl className={classes.rows}>
          {earned.map(({ name, unit, amount }) => (
            <Row
              key={`earned ${unit.id} ${name}`}
              name={`Earned: ${inSentence(name)}`}
              value={`+${formatUnits(amount, unit)}`}
            />
          ))}
          {spent.map(({ name, unit, amount }) => (
            <Row
              key={`spent ${unit.id} ${name}`}
              name={name === unit.name ? `Used: ${inSentence(name)}` : name}
              value={`−${formatUnits(amount, unit)}`}
            />
          ))}
        </dl>
      )}
      <dl className={classes.rows}>
        {balancesAfter(receipt.balances, [...receipt.earned, ...receipt.spent]).map(({ unit, available }) => (
          <Row key={unit.id} name={`Balance: ${inSentence(unit.name)}`} value={formatUnits(available, unit)} />
        ))}
      </dl>
      <footer className={classes.foot}>Thank you. See you again.</footer>
    </article>
  )
}

function Row({ name, value, total = false }: { name: string; value: string; total?: boolean }) {
  return (
    <div className={classes.row} data-total={total || undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
