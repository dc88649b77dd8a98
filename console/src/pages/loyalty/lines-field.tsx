import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { LineFilter } from '../../api/loyalty-types.ts'
import classes from './editor.module.css'
import { MoneyInput } from './inputs.tsx'
import { BrandPicker, CategoryPicker, ProductPicker } from './pickers.tsx'

interface LinesFieldProps {
  readonly lines: LineFilter | undefined
  readonly change: (lines: LineFilter | undefined) => void
}

/** On which lines of a basket: everything, or some products. */
export function LinesField({ lines, change }: LinesFieldProps) {
  const [some, setSome] = useState(lines !== undefined)
  return (
    <>
      <SegmentedControl
        aria-label="On which products"
        fullWidth
        data={[
          { value: 'all', label: 'Everything' },
          { value: 'some', label: 'Some products' },
        ]}
        value={some ? 'some' : 'all'}
        onChange={(value) => {
          setSome(value === 'some')
          if (value === 'all') change(undefined)
        }}
      />
      {some && <FilterFields filter={lines ?? {}} change={(next) => change(isEmpty(next) ? undefined : next)} />}
    </>
  )
}

function isEmpty(filter: LineFilter): boolean {
  return Object.keys(filter).length === 0
}

interface FilterProps {
  readonly filter: LineFilter
  readonly change: (filter: LineFilter) => void
  /** Inside the exceptions there are no further ones. */
  readonly isExcept?: boolean
}

export function FilterFields({ filter, change, isExcept = false }: FilterProps) {
  // An empty choice means nothing and is left out.
  const set = (patch: LineFilter) => {
    const entries = Object.entries({ ...filter, ...patch })
    change(Object.fromEntries(entries.filter(([, value]) => value !== undefined && !isNothing(value))))
  }
  return (
    <div className={classes.stack}>
      <CategoryPicker
        label={isExcept ? 'Not these categories' : 'Categories'}
        description={isExcept ? undefined : 'With everything below them.'}
        ids={filter.category_ids ?? []}
        change={(ids) => set({ category_ids: ids })}
        nothing="No category has this name"
      />
      <div className={classes.fields}>
        <BrandPicker
          label={isExcept ? 'Not these brands' : 'Brands'}
          ids={filter.brand_ids ?? []}
          change={(ids) => set({ brand_ids: ids })}
          nothing="No brand has this name"
        />
        <ProductPicker
          label={isExcept ? 'Not these products' : 'Products'}
          codes={filter.product_codes ?? []}
          change={(codes) => set({ product_codes: codes })}
        />
      </div>
      {!isExcept && (
        <div className={classes.fields}>
          <MoneyInput
            label="Pieces from"
            placeholder="Any price"
            value={filter.min_price_minor}
            change={(price) => set({ min_price_minor: price })}
          />
          <MoneyInput
            label="Pieces up to"
            placeholder="Any price"
            value={filter.max_price_minor}
            change={(price) => set({ max_price_minor: price })}
          />
        </div>
      )}
      {!isExcept && <Exceptions filter={filter} set={set} />}
    </div>
  )
}

function isNothing(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : typeof value === 'object' && value !== null && isEmpty(value)
}

function Exceptions({ filter, set }: { filter: LineFilter; set: (patch: LineFilter) => void }) {
  const [shown, setShown] = useState(filter.except !== undefined)
  if (!shown)
    return (
      <Button variant="subtle" size="compact-sm" className={classes.start} onClick={() => setShown(true)}>
        Leave some out
      </Button>
    )
  return <FilterFields isExcept filter={filter.except ?? {}} change={(except) => set({ except })} />
}
