import { ActionIcon, Checkbox, Select, TagsInput } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import { useDebouncedValue } from '@mantine/hooks'
import { IconMinus, IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { allStoresQuery, foundProductsQuery } from '../../api/loyalty-queries.ts'
import { foundCustomersQuery } from '../../api/queries.ts'
import { formatMoney } from '../../app/format.ts'
import { customerName } from '../../app/names.ts'
import { useSession } from '../../app/session.ts'
import classes from './basket.module.css'
import editor from './editor.module.css'

export interface BasketLine {
  readonly code: string
  readonly name: string
  readonly price_minor: number | null
  readonly quantity: number
}

export interface Basket {
  readonly customer: { readonly id: number; readonly name: string } | undefined
  readonly lines: readonly BasketLine[]
  readonly store_id: number | undefined
  /** On the shop's clock; undefined: now. */
  readonly at: string | undefined
  readonly codes: readonly string[]
  readonly tier_discount: boolean
}

export const emptyBasket: Basket = {
  customer: undefined,
  lines: [],
  store_id: undefined,
  at: undefined,
  codes: [],
  tier_discount: false,
}

interface BasketFormProps {
  readonly basket: Basket
  readonly change: (basket: Basket) => void
}

/** Who buys what, where and when. */
export function BasketForm({ basket, change }: BasketFormProps) {
  const set = (patch: Partial<Basket>) => change({ ...basket, ...patch })
  const stores = useQuery(allStoresQuery).data ?? []
  return (
    <div className={editor.stack}>
      <CustomerSelect customer={basket.customer} change={(customer) => set({ customer })} />
      <ProductAdder
        add={(line) =>
          set({
            lines: basket.lines.some(({ code }) => code === line.code)
              ? basket.lines.map((one) => (one.code === line.code ? { ...one, quantity: one.quantity + 1 } : one))
              : [...basket.lines, line],
          })
        }
      />
      {basket.lines.length > 0 && <Lines lines={basket.lines} change={(lines) => set({ lines })} />}
      <div className={editor.fields}>
        <Select
          label="Store"
          placeholder="None"
          clearable
          searchable
          data={stores.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={basket.store_id === undefined ? null : String(basket.store_id)}
          onChange={(id) => set({ store_id: id ? Number(id) : undefined })}
        />
        <DateTimePicker
          label="Time"
          placeholder="Now"
          valueFormat="D MMM YYYY HH:mm"
          clearable
          value={basket.at ?? null}
          onChange={(at) => set({ at: at ?? undefined })}
        />
      </div>
      <TagsInput
        label="Codes"
        placeholder={basket.codes.length === 0 ? 'Of rewards and vouchers' : undefined}
        value={[...basket.codes]}
        onChange={(codes) => set({ codes })}
      />
      <Checkbox
        label="Give the discount of the tier"
        checked={basket.tier_discount}
        onChange={(event) => set({ tier_discount: event.currentTarget.checked })}
      />
    </div>
  )
}

interface CustomerSelectProps {
  readonly customer: Basket['customer']
  readonly change: (next: Basket['customer']) => void
  readonly placeholder?: string
}

export function CustomerSelect({ customer, change, placeholder = 'Nobody' }: CustomerSelectProps) {
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 180)
  const found = useQuery(foundCustomersQuery(asked === customer?.name ? '' : asked, 12))
  const people = (found.data?.items ?? []).map((one) => ({
    id: one.id,
    name: customerName(one),
    note: one.email ?? one.code,
  }))
  const others = people.filter(({ id }) => id !== customer?.id)
  const data = [
    ...(customer ? [{ value: String(customer.id), label: customer.name }] : []),
    ...others.map(({ id, name, note }) => ({ value: String(id), label: note === name ? name : `${name} · ${note}` })),
  ]
  return (
    <Select
      label="Customer"
      placeholder={placeholder}
      clearable
      searchable
      data={data}
      value={customer ? String(customer.id) : null}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? 'Loading …' : 'Nobody matches'}
      onChange={(id) => {
        const chosen = people.find((one) => String(one.id) === id)
        change(chosen && { id: chosen.id, name: chosen.name })
      }}
    />
  )
}

function ProductAdder({ add }: { add: (line: BasketLine) => void }) {
  const { currency } = useSession().tenant
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 180)
  const found = useQuery(foundProductsQuery(asked))
  const products = found.data ?? []
  const price = (minor: number | null) => (minor === null ? 'no price' : formatMoney(minor, currency))
  return (
    <Select
      label="Add a product"
      placeholder="Name or code …"
      searchable
      data={products.map(({ code, name, price_minor: minor }) => ({
        value: code,
        label: `${name} · ${price(minor)}`,
        disabled: minor === null,
      }))}
      value={null}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? 'Loading …' : 'No product matches'}
      onChange={(code) => {
        const product = products.find((one) => one.code === code)
        if (product) add({ code: product.code, name: product.name, price_minor: product.price_minor, quantity: 1 })
        setText('')
      }}
    />
  )
}

function Lines({ lines, change }: { lines: readonly BasketLine[]; change: (lines: readonly BasketLine[]) => void }) {
  const { currency } = useSession().tenant
  const setQuantity = (code: string, quantity: number) =>
    change(lines.map((line) => (line.code === code ? { ...line, quantity } : line)))
  return (
    <ul className={classes.lines}>
      {lines.map(({ code, name, price_minor: price, quantity }) => (
        <li key={code} className={classes.line}>
          <span className={classes.name}>
            {name}
            {price !== null && <span className={classes.price}>{formatMoney(price, currency)}</span>}
          </span>
          <ActionIcon
            variant="default"
            size={28}
            aria-label={`One ${name} less`}
            disabled={quantity <= 1}
            onClick={() => setQuantity(code, quantity - 1)}
          >
            <IconMinus size={14} />
          </ActionIcon>
          <span className={classes.quantity}>
            {quantity}
            <span className="visually-hidden"> of {name}</span>
          </span>
          <ActionIcon
            variant="default"
            size={28}
            aria-label={`One ${name} more`}
            onClick={() => setQuantity(code, quantity + 1)}
          >
            <IconPlus size={14} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label={`Take out ${name}`}
            onClick={() => change(lines.filter((line) => line.code !== code))}
          >
            <IconX size={15} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  )
}
