import { Select } from '@mantine/core'
import type { Limit, Limits, Period } from '../../api/loyalty-types.ts'
import classes from './editor.module.css'
import { ScaledInput, WholeInput } from './inputs.tsx'

interface LimitsFieldProps {
  readonly limits: Limits | undefined
  readonly change: (limits: Limits | undefined) => void
  /** What the amounts are in. */
  readonly unitName: string
  readonly scale: number
}

const periods = [
  { value: 'ever', label: 'In all' },
  { value: 'year', label: 'A year' },
  { value: 'month', label: 'A month' },
  { value: 'week', label: 'A week' },
  { value: 'day', label: 'A day' },
]

/** How often and how much, for each customer and for everybody together. */
export function LimitsField({ limits, change, unitName, scale }: LimitsFieldProps) {
  const set = (patch: Limits) => {
    const next = { ...limits, ...patch }
    const { per_customer, in_all } = next
    if (!per_customer && !in_all) change(undefined)
    else change({ ...(per_customer ? { per_customer } : {}), ...(in_all ? { in_all } : {}) })
  }
  const shared = { unitName, scale }
  return (
    <div className={classes.stack}>
      <LimitRow
        {...shared}
        title="Each customer"
        limit={limits?.per_customer}
        change={(limit) => set({ per_customer: limit })}
      />
      <LimitRow
        {...shared}
        title="Everybody together"
        limit={limits?.in_all}
        change={(limit) => set({ in_all: limit })}
      />
    </div>
  )
}

interface RowProps {
  readonly title: string
  readonly limit: Limit | undefined
  readonly change: (limit: Limit | undefined) => void
  readonly unitName: string
  readonly scale: number
}

function LimitRow({ title, limit, change, unitName, scale }: RowProps) {
  const set = (patch: Partial<Limit>) => {
    const { uses, amount, period = 'ever' } = { ...limit, ...patch }
    if (uses === undefined && amount === undefined) change(undefined)
    else change({ period, ...(uses === undefined ? {} : { uses }), ...(amount === undefined ? {} : { amount }) })
  }
  return (
    <fieldset className={classes.limit}>
      <legend>{title}</legend>
      <WholeInput label="Times" placeholder="Any" min={1} value={limit?.uses} change={(uses) => set({ uses })} />
      <ScaledInput
        label={unitName}
        placeholder="Any"
        scale={scale}
        value={limit?.amount}
        change={(amount) => set({ amount })}
      />
      <Select
        label="Counted"
        data={periods}
        allowDeselect={false}
        disabled={!limit}
        value={limit?.period ?? 'ever'}
        onChange={(period) => period && set({ period: period as Period })} // one of the values above
      />
    </fieldset>
  )
}
