import { NumberInput, Select, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { codePoolsQuery } from '../../api/loyalty-queries.ts'
import type { Benefit, RewardDefinition, VoucherValidity } from '../../api/loyalty-types.ts'
import { formatCount } from '../../app/format.ts'
import classes from './editor.module.css'
import { MoneyInput, WholeInput } from './inputs.tsx'
import { ProductPicker } from './pickers.tsx'
import { withoutNothing } from './shapes.ts'

interface BenefitFieldProps {
  readonly benefit: Benefit
  readonly change: (benefit: Benefit) => void
  /** A gift card holds money and nothing else. */
  readonly moneyOnly: boolean
}

const kinds: readonly { readonly label: string; readonly start: Benefit }[] = [
  { label: 'Percent off', start: { kind: 'percent', percent: 10 } },
  { label: 'Amount off', start: { kind: 'amount', amount_minor: 500 } },
  { label: 'Fixed price', start: { kind: 'fixed_price', price_minor: 500 } },
  { label: 'Buy some, get some', start: { kind: 'buy_get', buy: 2, get: 1, percent: 100 } },
  { label: 'Cheapest one free', start: { kind: 'cheapest_free', of: 3 } },
  { label: 'A product free', start: { kind: 'free_item', product_code: '', quantity: 1 } },
  { label: 'Something handed over', start: { kind: 'thing' } },
]

export function BenefitField({ benefit, change, moneyOnly }: BenefitFieldProps) {
  return (
    <>
      {!moneyOnly && (
        <Select
          label="Kind"
          allowDeselect={false}
          data={kinds.map(({ label, start }) => ({ value: start.kind, label }))}
          value={benefit.kind}
          onChange={(kind) => {
            const start = kinds.find((one) => one.start.kind === kind)?.start
            if (start) change(start)
          }}
        />
      )}
      <BenefitFields benefit={benefit} change={change} />
    </>
  )
}

function BenefitFields({ benefit, change }: Omit<BenefitFieldProps, 'moneyOnly'>) {
  switch (benefit.kind) {
    case 'percent':
      return (
        <div className={classes.fields}>
          <PercentInput value={benefit.percent} change={(percent) => change({ ...benefit, percent })} />
          <MoneyInput
            label="At most"
            placeholder="Any amount"
            value={benefit.max_minor}
            change={(amount) => change(withoutNothing({ ...benefit, max_minor: amount }))}
          />
        </div>
      )
    case 'amount':
      return (
        <MoneyInput
          label="Amount"
          value={benefit.amount_minor}
          change={(amount = 0) => change({ ...benefit, amount_minor: amount })}
        />
      )
    case 'fixed_price':
      return (
        <MoneyInput
          label="Price of a piece"
          value={benefit.price_minor}
          change={(price = 0) => change({ ...benefit, price_minor: price })}
        />
      )
    case 'buy_get':
      return (
        <div className={classes.fields}>
          <WholeInput
            label="Buy"
            min={1}
            max={1000}
            value={benefit.buy}
            change={(buy = 1) => change({ ...benefit, buy })}
          />
          <WholeInput
            label="Get"
            min={1}
            max={1000}
            value={benefit.get}
            change={(get = 1) => change({ ...benefit, get })}
          />
          <PercentInput value={benefit.percent} change={(percent) => change({ ...benefit, percent })} />
        </div>
      )
    case 'cheapest_free':
      return (
        <WholeInput
          label="Of so many pieces"
          min={1}
          max={1000}
          value={benefit.of}
          change={(of = 1) => change({ ...benefit, of })}
        />
      )
    case 'free_item':
      return (
        <div className={classes.fields}>
          <ProductPicker
            label="Product"
            codes={benefit.product_code ? [benefit.product_code] : []}
            change={(codes) => change({ ...benefit, product_code: codes.at(-1) ?? '' })}
          />
          <WholeInput
            label="Pieces"
            min={1}
            max={1000}
            value={benefit.quantity}
            change={(quantity = 1) => change({ ...benefit, quantity })}
          />
        </div>
      )
    case 'thing':
      return <p className="muted">The till hands it over; no line gets cheaper.</p>
  }
}

function PercentInput({ value, change }: { value: number; change: (percent: number) => void }) {
  return (
    <NumberInput
      label="Percent off"
      hideControls
      suffix="%"
      min={0}
      max={100}
      decimalScale={3}
      value={value}
      onChange={(next) => change(Number(next))}
    />
  )
}

interface VoucherFieldProps {
  readonly definition: RewardDefinition
  readonly change: (patch: Partial<RewardDefinition>) => void
}

/** How its vouchers live and where their codes come from. */
export function VoucherField({ definition, change }: VoucherFieldProps) {
  const pools = useQuery(codePoolsQuery).data ?? []
  const { voucher_validity: validity, code_pool_id: poolId } = definition
  return (
    <>
      <div className={classes.fields}>
        <Select
          label="A voucher is valid"
          allowDeselect={false}
          data={[
            { value: '', label: 'As long as the reward' },
            { value: 'minutes', label: 'For some minutes' },
            { value: 'days', label: 'For some days' },
            { value: 'months', label: 'For some months' },
            { value: 'day', label: 'To the end of the day' },
            { value: 'week', label: 'To the end of the week' },
            { value: 'month', label: 'To the end of the month' },
            { value: 'year', label: 'To the end of the year' },
          ]}
          value={kindOf(validity)}
          onChange={(next) => change({ voucher_validity: validityOf(next) })}
        />
        {validity && 'minutes' in validity && (
          <WholeInput
            label="Minutes"
            min={1}
            max={5_270_400}
            value={validity.minutes}
            change={(minutes = 1) => change({ voucher_validity: { minutes } })}
          />
        )}
        {validity && 'days' in validity && (
          <WholeInput
            label="Days"
            min={1}
            max={36_600}
            value={validity.days}
            change={(days = 1) => change({ voucher_validity: { days } })}
          />
        )}
        {validity && 'months' in validity && (
          <WholeInput
            label="Months"
            min={1}
            max={1_200}
            value={validity.months}
            change={(months = 1) => change({ voucher_validity: { months } })}
          />
        )}
        <Select
          label="Its code"
          placeholder="Drawn"
          clearable
          data={pools.map(({ id, name, free }) => ({
            value: String(id),
            label: `${name} · ${formatCount(free)} free`,
          }))}
          value={poolId === undefined ? null : String(poolId)}
          onChange={(id) => change({ code_pool_id: id ? Number(id) : undefined })}
        />
      </div>
      <Switch
        label="Somebody else than its customer may use it"
        checked={definition.portable ?? false}
        onChange={(event) => change({ portable: event.currentTarget.checked || undefined })}
      />
    </>
  )
}

function kindOf(validity: VoucherValidity | undefined): string {
  if (!validity) return ''
  if ('end_of' in validity) return validity.end_of
  return Object.keys(validity)[0] ?? ''
}

function validityOf(kind: string | null): VoucherValidity | undefined {
  if (kind === 'minutes') return { minutes: 60 }
  if (kind === 'days') return { days: 30 }
  if (kind === 'months') return { months: 3 }
  return kind === 'day' || kind === 'week' || kind === 'month' || kind === 'year' ? { end_of: kind } : undefined
}
