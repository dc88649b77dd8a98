import { Chip, TagsInput } from '@mantine/core'
import { DatePickerInput, TimeInput } from '@mantine/dates'
import { useQuery } from '@tanstack/react-query'
import { allStoresQuery, segmentsQuery, tiersQuery } from '../../api/loyalty-queries.ts'
import type { Condition } from '../../api/loyalty-types.ts'
import classes from './editor.module.css'
import { MoneyInput, WholeInput } from './inputs.tsx'
import { FilterFields } from './lines-field.tsx'
import { ChoicesPicker } from './pickers.tsx'
import { withoutNothing } from './shapes.ts'
import { weekdayNames } from './words.ts'

interface FieldsProps<Of extends Condition> {
  readonly condition: Of
  readonly change: (condition: Of) => void
}

/** What a condition asks for, to be changed. Conditions inside others come from programs and are shown in words only. */
export function ConditionFields({ condition, change }: FieldsProps<Condition>) {
  switch (condition.kind) {
    case 'tier':
      return <TierFields condition={condition} change={change} />
    case 'segment':
      return <SegmentFields condition={condition} change={change} />
    case 'store':
      return <StoreFields condition={condition} change={change} />
    case 'weekday':
      return <WeekdayFields condition={condition} change={change} />
    case 'time':
      return <TimeFields condition={condition} change={change} />
    case 'date':
      return <DateFields condition={condition} change={change} />
    case 'basket':
      return <BasketFields condition={condition} change={change} />
    case 'lines':
      return <LinesFields condition={condition} change={change} />
    case 'birthday':
      return <BirthdayFields condition={condition} change={change} />
    case 'channel':
      return (
        <TagsInput
          aria-label="Channels"
          placeholder="eshop, app …"
          value={[...condition.channels]}
          onChange={(channels) => change({ ...condition, channels })}
        />
      )
    case 'payment':
      return (
        <TagsInput
          aria-label="Kinds of payment"
          placeholder="As the till names them"
          value={[...condition.types]}
          onChange={(types) => change({ ...condition, types })}
        />
      )
    case 'all':
    case 'any':
    case 'not':
    case 'first_purchase':
      return null
  }
}

type Of<Kind extends Condition['kind']> = FieldsProps<Extract<Condition, { kind: Kind }>>

function TierFields({ condition, change }: Of<'tier'>) {
  return (
    <ChoicesPicker
      hideLabel
      label="Tiers"
      choices={useQuery(tiersQuery)}
      ids={condition.tier_ids}
      change={(ids) => change({ ...condition, tier_ids: ids })}
      nothing="No tier has this name"
    />
  )
}

function SegmentFields({ condition, change }: Of<'segment'>) {
  return (
    <ChoicesPicker
      hideLabel
      label="Segments"
      choices={useQuery(segmentsQuery)}
      ids={condition.segment_ids}
      change={(ids) => change({ ...condition, segment_ids: ids })}
      nothing="No segment has this name"
    />
  )
}

function StoreFields({ condition, change }: Of<'store'>) {
  return (
    <ChoicesPicker
      hideLabel
      label="Stores"
      choices={useQuery(allStoresQuery)}
      ids={condition.store_ids}
      change={(ids) => change({ ...condition, store_ids: ids })}
      nothing="No store has this name"
    />
  )
}

function WeekdayFields({ condition, change }: Of<'weekday'>) {
  return (
    <Chip.Group
      multiple
      value={condition.days.map(String)}
      onChange={(days) => change({ ...condition, days: days.map(Number).sort() })}
    >
      <div className={classes.chips}>
        {weekdayNames.map((name, index) => (
          <Chip key={name} value={String(index + 1)} size="xs" aria-label={name}>
            {name.slice(0, 3)}
          </Chip>
        ))}
      </div>
    </Chip.Group>
  )
}

function TimeFields({ condition, change }: Of<'time'>) {
  return (
    <div className={classes.fields}>
      <TimeInput
        label="From"
        value={condition.from}
        onChange={(event) => change({ ...condition, from: event.currentTarget.value })}
      />
      <TimeInput
        label="To, not included"
        value={condition.to}
        onChange={(event) => change({ ...condition, to: event.currentTarget.value })}
      />
    </div>
  )
}

function DateFields({ condition, change }: Of<'date'>) {
  return (
    <DatePickerInput
      type="range"
      aria-label="Days"
      placeholder="Choose days"
      valueFormat="D MMM YYYY"
      clearable
      allowSingleDateInRange
      value={[condition.from ?? null, condition.to ?? null]}
      onChange={([from, to]) => change({ kind: 'date', ...(from ? { from } : {}), ...(to ? { to } : {}) })}
    />
  )
}

function BasketFields({ condition, change }: Of<'basket'>) {
  const set = (patch: Partial<typeof condition>) => change(withoutNothing({ ...condition, ...patch }))
  return (
    <div className={classes.fields}>
      <MoneyInput
        label="From"
        placeholder="Any"
        value={condition.min_amount_minor}
        change={(amount) => set({ min_amount_minor: amount })}
      />
      <MoneyInput
        label="Up to"
        placeholder="Any"
        value={condition.max_amount_minor}
        change={(amount) => set({ max_amount_minor: amount })}
      />
      <WholeInput
        label="Pieces, at least"
        placeholder="Any"
        min={1}
        value={condition.min_count}
        change={(count) => set({ min_count: count })}
      />
    </div>
  )
}

function LinesFields({ condition, change }: Of<'lines'>) {
  const set = (patch: Partial<typeof condition>) => change(withoutNothing({ ...condition, ...patch }))
  return (
    <div className={classes.stack}>
      <FilterFields isExcept={false} filter={condition.lines} change={(lines) => set({ lines })} />
      <div className={classes.fields}>
        <WholeInput
          label="Pieces, at least"
          placeholder="One"
          min={1}
          value={condition.min_count}
          change={(count) => set({ min_count: count })}
        />
        <MoneyInput
          label="For at least"
          placeholder="Any amount"
          value={condition.min_amount_minor}
          change={(amount) => set({ min_amount_minor: amount })}
        />
      </div>
    </div>
  )
}

function BirthdayFields({ condition, change }: Of<'birthday'>) {
  return (
    <div className={classes.fields}>
      <WholeInput
        label="Days before"
        max={366}
        value={condition.days_before}
        change={(days = 0) => change({ ...condition, days_before: days })}
      />
      <WholeInput
        label="Days after"
        max={366}
        value={condition.days_after}
        change={(days = 0) => change({ ...condition, days_after: days })}
      />
    </div>
  )
}
