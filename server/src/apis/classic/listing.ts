import { type Fields, findInteger, findText, refuse } from './decode.ts'
import { type Element, element } from './encode.ts'

/** What a list may be searched and sorted by, each as the text that it shows. */
export type Readers<Item> = Readonly<Record<string, (item: Item) => string>>

type Comparison = (value: string, wanted: string) => boolean
const isIn: Comparison = (value, wanted) => wanted.split(',').some((one) => one.trim() === value)
const comparisons: Readonly<Record<string, Comparison>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  bw: (value, wanted) => value.startsWith(wanted),
  bn: (value, wanted) => !value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  en: (value, wanted) => !value.endsWith(wanted),
  cn: (value, wanted) => value.includes(wanted),
  nc: (value, wanted) => !value.includes(wanted),
  nu: (value) => value === '',
  nn: (value) => value !== '',
  in: isIn,
  ni: (value, wanted) => !isIn(value, wanted),
}

/** The part of a list that a call asks for, searched, sorted and paged as the newer generation of this API does it. */
export function pick<Item>(
  fields: Fields,
  items: readonly Item[],
  readers: Readers<Item>,
): { readonly items: Item[]; readonly pagination: { readonly pagination?: Element } } {
  const found = items.filter(decodeSearch(fields, readers)).sort(decodeOrder(fields, readers))
  const offset = findInteger(fields, 'offset') ?? 0
  const length = findInteger(fields, 'length', { min: 1, max: 10_000 }) ?? 10_000
  return {
    items: found.slice(offset, offset + length),
    pagination: isNewer(fields) ? { pagination: element({ total: found.length, offset }) } : {},
  }
}

function isNewer(fields: Fields): boolean {
  return Number(fields.get('API') ?? 0) >= 1.5
}

function decodeReader<Item>(
  fields: Fields,
  name: string,
  readers: Readers<Item>,
): ((item: Item) => string) | undefined {
  const field = findText(fields, name)
  if (field === undefined) return undefined
  const read = Object.hasOwn(readers, field) ? readers[field] : undefined
  return read ?? refuse(name, `must be one of ${Object.keys(readers).join(', ')}`)
}

function decodeSearch<Item>(fields: Fields, readers: Readers<Item>): (item: Item) => boolean {
  const read = decodeReader(fields, 'searchField', readers)
  if (!read) return () => true
  const operator = findText(fields, 'searchOper') ?? 'cn'
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
  if (!compare) return refuse('searchOper', `must be one of ${Object.keys(comparisons).join(', ')}`)
  const wanted = (findText(fields, 'searchValue') ?? '').toLowerCase()
  return (item) => compare(read(item).toLowerCase(), wanted)
}

/** Equal ones, and all of them where no field is named, stay in the order they came in. */
function decodeOrder<Item>(fields: Fields, readers: Readers<Item>): (one: Item, other: Item) => number {
  const read = decodeReader(fields, 'sortField', readers)
  const direction = fields.get('sortOrder')?.toUpperCase() === 'DESC' ? -1 : 1
  if (!read) return () => 0
  // Numbers by what they are worth, all else by the alphabet.
  return (one, other) => direction * read(one).localeCompare(read(other), 'en', { numeric: true })
}
