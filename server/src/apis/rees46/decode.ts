import { DomainError } from '../../platform/errors.ts'
import { firstOf, isTooDeep, readBoolean, readNumber, readRecord, readText } from '../http/values.ts'
import type { Params } from './auth.ts'

/** A product as an event names it. */
export interface Item {
  readonly id: string
  /** Undefined when it was not told. */
  readonly quantity: number | undefined
  /** In whole units of the shop's currency. */
  readonly price: number | undefined
  readonly available: boolean | undefined
  readonly lineId: string | undefined
  readonly fashionSize: string | undefined
}

const maxItems = 1_000
const maxIdLength = 255

/** The products of an event in any of the three forms: `items` objects, bare ids, or parallel `item_id[i]` fields. */
export function readItems(params: Params): Item[] {
  const given = params.items === undefined ? parallelItems(params) : listed(params.items)
  if (given === undefined) throw new DomainError('request.invalid', { field: 'items' })
  if (given.length > maxItems) throw new DomainError('request.invalid', { field: 'items', limit: maxItems })
  return given.flatMap((item) => readItem(item) ?? [])
}

/** As readItems, but at least one must be left after those that name no product are dropped. */
export function requireItems(params: Params): Item[] {
  const items = readItems(params)
  if (items.length === 0) throw new DomainError('request.invalid', { field: 'items' })
  return items
}

// A form's numbered list may arrive as an object, clients in a hurry send JSON as a text, and one product alone.
function listed(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value.filter((one) => one !== undefined)
  if (typeof value === 'string' && value.trim().startsWith('[')) return listed(parseJson(value))
  if (value === '') return []
  const record = readRecord(value)
  if (!record) return undefined
  return 'id' in record ? [record] : Object.values(record)
}

function parallelItems(params: Params): unknown[] | undefined {
  const ids = params.item_id ?? params.item ?? params.item_ids
  if (ids === undefined) return undefined
  const at = (name: string, key: string) => readRecord(asRecord(params[name]))?.[key]
  return Object.entries(asRecord(ids)).map(([key, id]) => ({
    id,
    amount: at('amount', key) ?? at('count', key) ?? at('quantity', key),
    price: at('price', key),
    is_available: at('is_available', key),
  }))
}

function asRecord(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) return Object.fromEntries(Object.entries(value))
  return readRecord(value) ?? (value === undefined ? {} : { 0: value })
}

function readItem(value: unknown): Item | undefined {
  const record = readRecord(value) ?? { id: value }
  const id = readText(firstOf(record, ['id', 'uniqid', 'item_id']))?.trim()
  if (!id || id.length > maxIdLength || id.includes('\\')) return undefined
  const price = readNumber(record.price)
  return {
    id,
    quantity: readQuantity(firstOf(record, ['quantity', 'amount', 'count'])),
    price: price !== undefined && price >= 0 ? price : undefined,
    available: readBoolean(firstOf(record, ['is_available', 'stock']) ?? null),
    lineId: readText(record.line_id) || undefined,
    fashionSize: readText(record.fashion_size) || undefined,
  }
}

/** Below 1 counts as 1, above 1,000 as 1,000. */
function readQuantity(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const number = readNumber(value)
  return number === undefined ? 1 : Math.min(Math.max(Math.trunc(number), 1), 1_000)
}

/** JSON within a text; undefined for what is none, or is nested beyond all reason. */
export function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isTooDeep(parsed) ? undefined : parsed
  } catch {
    return undefined
  }
}

const pushTools = ['dynamic', 'instant_search', 'full_search', 'listing', 'stories', 'slider', 'banner', 'popup']
const mailings = ['bulk', 'chain', 'transactional', 'trigger', 'web_push_digest', 'web_push_trigger', 'mobile_push']
// The old PHP client sends the kind of a recommender block instead.
const blockKinds = ['popular', 'recently_viewed', 'interesting', 'also_bought', 'similar', 'see_also', 'buying_now']
const oldMailings = ['trigger_mail', 'digest_mail', 'rtb', 'search', 'supply', 'rescore', 'auto', 'source']
const knownTools = new Set([...pushTools, ...mailings, ...blockKinds, ...oldMailings])

/** What every event says beside its products, for the event's data. Refuses empty and unknown values as the vendor does. */
export function readContext(params: Params): Record<string, unknown> {
  for (const name of ['stream', 'sid', 'seance', 'referer', 'segment', 'recommended_by', 'recommended_code']) {
    if (params[name] !== undefined && !readText(params[name])?.trim()) {
      throw new DomainError('request.invalid', { field: name })
    }
  }
  const segment = readText(params.segment)
  if (segment !== undefined && !/^[AB]$/i.test(segment)) throw new DomainError('request.invalid', { field: 'segment' })
  const by = readText(params.recommended_by)
  if (by !== undefined && !knownTools.has(by)) throw new DomainError('request.invalid', { field: 'recommended_by' })
  const source = readSource(params)
  return withoutUndefined({
    stream: readText(params.stream),
    segment,
    referer: readText(params.referer)?.slice(0, 2_000),
    recommended_by: source?.from ?? by,
    recommended_code: source?.code ?? readText(params.recommended_code) ?? readText(params.web_push_digest_code),
  })
}

// An unknown or empty `from` is ignored, because one client always sends {from: "", code: ""}; what is no object is refused.
function readSource(params: Params): { from: string; code: string } | undefined {
  const given = params.source
  if (given === undefined) return knownSource(params.from, params.code)
  const source = readRecord(typeof given === 'string' ? parseJson(given) : given)
  if (!source) throw new DomainError('request.invalid', { field: 'source' })
  return knownSource(source.from, source.code)
}

function knownSource(from: unknown, code: unknown): { from: string; code: string } | undefined {
  const [name, value] = [readText(from), readText(code)]
  return name && value && mailings.includes(name) ? { from: name, code: value } : undefined
}

export function readSession(params: Params): string | undefined {
  return (
    readText(firstOf(params, ['seance', 'sid', 'ssid']))
      ?.trim()
      .slice(0, 255) || undefined
  )
}

export function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

/** A text that must be there. */
export function requireText(params: Params, field: string, maxLength = 255): string {
  const value = readText(params[field])?.trim()
  if (!value || value.length > maxLength) throw new DomainError('request.invalid', { field })
  return value
}
