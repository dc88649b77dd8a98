import { Button, Select, TextInput } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { IconCalendar } from '@tabler/icons-react'
import type { RuleDefinition } from '../../api/loyalty-types.ts'
import { useSession } from '../../app/session.ts'
import { addDays, instantOf, localOf, today, weekendOf } from '../../app/zones.ts'
import classes from './editor.module.css'
import { WholeInput } from './inputs.tsx'

interface Days {
  readonly valid_from: string | null
  readonly valid_to: string | null
}

/** The days of the shop from the first instant to the last one. */
function shownDays({ valid_from: from, valid_to: to }: Days, zone: string): [string | null, string | null] {
  const lastDay = (end: string) => localOf(new Date(Date.parse(end) - 1).toISOString(), zone).slice(0, 10)
  return [from && localOf(from, zone).slice(0, 10), to && lastDay(to)]
}

interface DaysFieldProps {
  readonly days: Days
  readonly change: (days: Days) => void
}

/** Whole days, the last one included; without an end it runs until it is paused. */
export function DaysField({ days, change }: DaysFieldProps) {
  const zone = useSession().tenant.time_zone
  const set = (from: string | null, to: string | null) =>
    change({
      valid_from: from && instantOf(from, zone),
      valid_to: to && instantOf(addDays(to, 1), zone),
    })
  const weekend = weekendOf(today(zone))
  return (
    <div className={classes.withButton}>
      <DatePickerInput
        type="range"
        label="Runs"
        placeholder="Any time"
        leftSection={<IconCalendar size={16} stroke={1.7} />}
        valueFormat="D MMM YYYY"
        clearable
        allowSingleDateInRange
        value={shownDays(days, zone)}
        onChange={([from, to]) => set(from, to)}
      />
      <Button variant="default" onClick={() => set(weekend.from, weekend.to)}>
        This weekend
      </Button>
    </div>
  )
}

interface TimingFieldProps {
  readonly definition: RuleDefinition
  readonly change: (definition: RuleDefinition) => void
}

/** When what was earned may be spent, and when it is gone. */
export function LifetimeField({ definition, change }: TimingFieldProps) {
  const { activates_after_days: activation, expires, ...rest } = definition
  const set = (next: Pick<RuleDefinition, 'activates_after_days' | 'expires'>) => {
    change({
      ...rest,
      ...(next.activates_after_days === undefined ? {} : { activates_after_days: next.activates_after_days }),
      ...(next.expires === undefined ? {} : { expires: next.expires }),
    })
  }
  const kind = !expires ? '' : 'after_days' in expires ? 'after_days' : expires.end_of
  return (
    <div className={classes.fields}>
      <WholeInput
        label="Active after days"
        placeholder="As the programme"
        max={3660}
        value={activation}
        change={(days) => set({ activates_after_days: days, expires })}
      />
      <Select
        label="Expires"
        allowDeselect={false}
        data={[
          { value: '', label: 'As the programme' },
          { value: 'after_days', label: 'After some days' },
          { value: 'month', label: 'At the end of the month' },
          { value: 'year', label: 'At the end of the year' },
        ]}
        value={kind}
        onChange={(next) => set({ activates_after_days: activation, expires: expiryOf(next) })}
      />
      {expires && 'after_days' in expires && (
        <WholeInput
          label="Days after the purchase"
          min={1}
          max={36_600}
          value={expires.after_days}
          change={(days = 1) => set({ activates_after_days: activation, expires: { after_days: days } })}
        />
      )}
    </div>
  )
}

function expiryOf(kind: string | null): RuleDefinition['expires'] {
  if (kind === 'after_days') return { after_days: 365 }
  return kind === 'month' || kind === 'year' ? { end_of: kind } : undefined
}

interface OrderFieldProps {
  readonly priority: number
  readonly group: string | undefined
  readonly change: (order: { priority: number; group: string | undefined }) => void
}

/** Which comes first, and which do not go together. */
export function OrderField({ priority, group, change }: OrderFieldProps) {
  return (
    <div className={classes.fields}>
      <WholeInput
        label="Priority, 1 comes first"
        min={1}
        max={99}
        value={priority}
        change={(next = 5) => change({ priority: next, group })}
      />
      <TextInput
        label="Only one of a group"
        placeholder="No group"
        maxLength={100}
        value={group ?? ''}
        onChange={(event) => change({ priority, group: event.currentTarget.value || undefined })}
      />
    </div>
  )
}
