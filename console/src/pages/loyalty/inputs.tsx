import { NumberInput, type NumberInputProps, Select } from '@mantine/core'
import type { Rounding } from '../../api/loyalty-types.ts'
import { moneyDigits } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'

type Rest = Omit<NumberInputProps, 'value' | 'onChange' | 'min' | 'max' | 'allowDecimal' | 'decimalScale'>

interface WholeProps extends Rest {
  readonly value: number | undefined
  readonly change: (value: number | undefined) => void
  readonly min?: number
  readonly max?: number
}

/** A whole number; empty is undefined. */
export function WholeInput({ value, change, min = 0, max = 1_000_000_000, ...rest }: WholeProps) {
  return (
    <NumberInput
      {...rest}
      hideControls
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      min={min}
      max={max}
      value={value ?? ''}
      onChange={(next) => change(next === '' ? undefined : Number(next))}
    />
  )
}

/** An amount in the smallest part of something that has so many decimals; shown whole. */
export function ScaledInput({ value, change, scale, ...rest }: WholeProps & { readonly scale: number }) {
  const whole = 10 ** scale
  return (
    <NumberInput
      hideControls
      allowNegative={false}
      thousandSeparator=","
      decimalScale={scale}
      {...rest}
      value={value === undefined ? '' : value / whole}
      onChange={(next) => change(next === '' ? undefined : Math.round(Number(next) * whole))}
    />
  )
}

/** Money of the shop. */
export function MoneyInput(props: WholeProps) {
  const { currency } = useSession().tenant
  const scale = moneyDigits(currency)
  return (
    <ScaledInput
      leftSection={currencySign(currency)}
      leftSectionWidth={currencySign(currency).length * 9 + 22}
      {...props}
      scale={scale}
    />
  )
}

export function currencySign(currency: string): string {
  const parts = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).formatToParts(0)
  return parts.find(({ type }) => type === 'currency')?.value ?? currency
}

export function RoundingSelect({ value, change }: { value: Rounding; change: (value: Rounding) => void }) {
  return (
    <Select
      label="Fractions"
      allowDeselect={false}
      data={[
        { value: 'down', label: 'Rounded down' },
        { value: 'nearest', label: 'Rounded to the nearest' },
        { value: 'up', label: 'Rounded up' },
      ]}
      value={value}
      onChange={(next) => next && change(next as Rounding)} // one of the values above
    />
  )
}
