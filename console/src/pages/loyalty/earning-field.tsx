import { NumberInput, SegmentedControl, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { allUnitsQuery } from '../../api/loyalty-queries.ts'
import type { Earning } from '../../api/loyalty-types.ts'
import type { Unit } from '../../api/types.ts'
import classes from './editor.module.css'
import { MoneyInput, RoundingSelect, ScaledInput } from './inputs.tsx'

interface EarningFieldProps {
  readonly earning: Earning
  readonly unit: Unit | undefined
  readonly change: (earning: Earning) => void
  readonly changeUnit: (unitId: number) => void
}

const starts: Readonly<Record<Earning['kind'], Earning>> = {
  per_amount: { kind: 'per_amount', amount: 1, per_minor: 100, rounding: 'down' },
  fixed: { kind: 'fixed', amount: 50 },
  multiply: { kind: 'multiply', factor: 2, rounding: 'down' },
}

/** How much a rule gives. */
export function EarningField({ earning, unit, change, changeUnit }: EarningFieldProps) {
  const scale = unit?.scale ?? 0
  const name = unit?.name ?? 'Points'
  return (
    <>
      <SegmentedControl
        aria-label="How it gives"
        fullWidth
        data={[
          { value: 'multiply', label: 'Multiply' },
          { value: 'per_amount', label: 'Per amount' },
          { value: 'fixed', label: 'Fixed' },
        ]}
        value={earning.kind}
        onChange={(kind) => change(starts[kind as Earning['kind']])} // one of the values above
      />
      <div className={classes.fields}>
        {earning.kind === 'multiply' && (
          <>
            <NumberInput
              label="Times the usual points"
              hideControls
              min={1}
              max={100}
              decimalScale={2}
              value={earning.factor}
              onChange={(factor) => change({ ...earning, factor: Number(factor) })}
            />
            <RoundingSelect value={earning.rounding} change={(rounding) => change({ ...earning, rounding })} />
          </>
        )}
        {earning.kind === 'per_amount' && (
          <>
            <ScaledInput
              label={name}
              scale={scale}
              value={earning.amount}
              change={(amount) => change({ ...earning, amount: amount ?? 0 })}
            />
            <MoneyInput
              label="For each"
              value={earning.per_minor}
              change={(per = 0) => change({ ...earning, per_minor: per })}
            />
            <RoundingSelect value={earning.rounding} change={(rounding) => change({ ...earning, rounding })} />
          </>
        )}
        {earning.kind === 'fixed' && (
          <ScaledInput
            label={`${name} for each purchase`}
            scale={scale}
            value={earning.amount}
            change={(amount) => change({ ...earning, amount: amount ?? 0 })}
          />
        )}
        {earning.kind !== 'multiply' && <UnitSelect unit={unit} change={changeUnit} />}
      </div>
    </>
  )
}

function UnitSelect({ unit, change }: { unit: Unit | undefined; change: (id: number) => void }) {
  const units = (useQuery(allUnitsQuery).data ?? []).filter(({ kind }) => kind === 'points' || kind === 'money')
  return (
    <Select
      label="Counted in"
      allowDeselect={false}
      data={units.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={unit ? String(unit.id) : null}
      onChange={(id) => id && change(Number(id))}
    />
  )
}
