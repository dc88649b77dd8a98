import { ActionIcon, Popover, SegmentedControl } from '@mantine/core'
import { DatePicker } from '@mantine/dates'
import { IconCalendar } from '@tabler/icons-react'
import { useState } from 'react'
import type { Days } from '../../api/queries.ts'
import { formatDays } from '../../app/format.ts'
import classes from './page.module.css'
import { daysBetween, endingOn, presets } from './periods.ts'

interface PeriodPickerProps {
  readonly period: Days
  readonly today: string
  readonly choose: (period: Days) => void
}

export function PeriodPicker({ period, today, choose }: PeriodPickerProps) {
  const preset = period.to === today ? presets.find(({ days }) => days === daysBetween(period)) : undefined
  return (
    <>
      <SegmentedControl
        aria-label="Period"
        size="xs"
        withItemsBorders={false}
        classNames={{ root: classes.presets }}
        value={preset ? String(preset.days) : ''}
        onChange={(value) => choose(endingOn(today, Number(value)))}
        data={presets.map(({ days, name }) => ({ value: String(days), label: name }))}
      />
      <CustomPeriod period={period} today={today} choose={choose} named={!preset} />
    </>
  )
}

function CustomPeriod({ period, today, choose, named }: PeriodPickerProps & { named: boolean }) {
  const [opened, setOpened] = useState(false)
  const [range, setRange] = useState<[string | null, string | null]>([period.from, period.to])
  const change = (next: [string | null, string | null]) => {
    setRange(next)
    const [from, to] = next
    if (!from || !to) return
    setOpened(false)
    choose({ from, to })
  }
  const open = () => {
    setRange([period.from, period.to])
    setOpened(!opened)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        {named ? (
          <button type="button" className={classes.range} onClick={open}>
            <IconCalendar size={16} stroke={1.7} />
            {formatDays(period)}
          </button>
        ) : (
          <ActionIcon variant="default" size={34} aria-label="Choose days" onClick={open}>
            <IconCalendar size={17} stroke={1.7} />
          </ActionIcon>
        )}
      </Popover.Target>
      <Popover.Dropdown>
        <DatePicker
          type="range"
          value={range}
          onChange={change}
          maxDate={today}
          defaultDate={period.to}
          allowSingleDateInRange
        />
      </Popover.Dropdown>
    </Popover>
  )
}
