import type { Condition, LineFilter, RewardDefinition } from './types.ts'

// What can be said in the words of rules and yet can never come about. A rule like that would be turned on and wonder why it
// does not pay; so it is refused when it is written. It finds what one condition denies another, not every riddle.

/** Why these conditions can never hold all together; undefined where they may. */
export function contradiction(conditions: readonly Condition[]): string | undefined {
  const parts = flat(conditions)
  const plain = parts.filter(({ kind }) => kind !== 'any')
  const wrong = contradictionOfPlain(plain)
  if (wrong) return wrong
  for (const part of parts) {
    if (part.kind !== 'any') continue
    const reasons = part.of.map((one) => contradictionOfPlain([...plain, ...flat([one]).filter(isPlain)]))
    if (reasons.every((reason) => reason !== undefined)) return reasons[0]
  }
  return undefined
}

const isPlain = ({ kind }: Condition) => kind !== 'any'

function flat(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.flatMap((condition) => (condition.kind === 'all' ? flat(condition.of) : [condition]))
}

function contradictionOfPlain(parts: readonly Condition[]): string | undefined {
  return deniedBy(parts) ?? listsOf(parts) ?? weekdaysOf(parts) ?? timesOf(parts) ?? daysOf(parts) ?? amountsOf(parts)
}

function deniedBy(parts: readonly Condition[]): string | undefined {
  const asked = new Set(parts.map((part) => JSON.stringify(part)))
  const denied = parts.find((part) => part.kind === 'not' && asked.has(JSON.stringify(part.of)))
  return denied?.kind === 'not' ? `ask for ${denied.of.kind} and for its opposite` : undefined
}

/** Of what a purchase has one of. */
function listsOf(parts: readonly Condition[]): string | undefined {
  const lists = {
    store: parts.flatMap((part) => (part.kind === 'store' ? [part.storeIds] : [])),
    tier: parts.flatMap((part) => (part.kind === 'tier' ? [part.tierIds] : [])),
    channel: parts.flatMap((part) => (part.kind === 'channel' ? [part.channels] : [])),
    payment: parts.flatMap((part) => (part.kind === 'payment' ? [part.types] : [])),
  }
  for (const [kind, asked] of Object.entries<readonly (readonly unknown[])[]>(lists)) {
    if (asked.length > 1 && common(asked).length === 0) return `ask for one ${kind} and for another: none is both`
  }
  return undefined
}

function common<Value>(lists: readonly (readonly Value[])[]): readonly Value[] {
  const [first = [], ...rest] = lists
  return first.filter((value) => rest.every((list) => list.includes(value)))
}

const week = [1, 2, 3, 4, 5, 6, 7]

function weekdaysLeft(parts: readonly Condition[]): readonly number[] {
  const asked = parts.flatMap((part) => (part.kind === 'weekday' ? [part.days] : []))
  const denied = parts.flatMap((part) => (part.kind === 'not' && part.of.kind === 'weekday' ? part.of.days : []))
  return common([week, ...asked]).filter((day) => !denied.includes(day))
}

function weekdaysOf(parts: readonly Condition[]): string | undefined {
  return weekdaysLeft(parts).length === 0 ? 'leave no day of the week' : undefined
}

const minutesOfDay = Array.from({ length: 24 * 60 }, (_, minute) => {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
})

function timesOf(parts: readonly Condition[]): string | undefined {
  const times = parts.flatMap((part) => (part.kind === 'time' ? [part] : []))
  if (times.length < 2) return undefined
  const holds = (minute: string) =>
    times.every(({ from, to }) => (from < to ? from <= minute && minute < to : from <= minute || minute < to))
  return minutesOfDay.some(holds) ? undefined : 'leave no time of the day'
}

const dayMilliseconds = 86_400_000

function daysOf(parts: readonly Condition[]): string | undefined {
  const { from, to } = dayRange(parts)
  if (from === undefined || to === undefined) return undefined
  if (from > to) return 'leave no day of the calendar'
  const first = Date.parse(from)
  const length = (Date.parse(to) - first) / dayMilliseconds + 1
  if (length >= week.length) return undefined
  const left = weekdaysLeft(parts)
  const weekdays = Array.from({ length }, (_, day) => new Date(first + day * dayMilliseconds).getUTCDay() || 7)
  return weekdays.some((day) => left.includes(day)) ? undefined : 'ask for days on which none of the weekdays falls'
}

/** The days that all the conditions on them leave; a missing end is open. */
export function dayRange(conditions: readonly Condition[]): { from: string | undefined; to: string | undefined } {
  const dates = flat(conditions).flatMap((part) => (part.kind === 'date' ? [part] : []))
  const froms = dates.flatMap(({ from }) => from ?? []).sort()
  const tos = dates.flatMap(({ to }) => to ?? []).sort()
  return { from: froms.at(-1), to: tos[0] }
}

function amountsOf(parts: readonly Condition[]): string | undefined {
  const baskets = parts.flatMap((part) => (part.kind === 'basket' ? [part] : []))
  const least = Math.max(...baskets.map(({ minAmountMinor = 0 }) => minAmountMinor))
  const most = Math.min(...baskets.map(({ maxAmountMinor = Number.POSITIVE_INFINITY }) => maxAmountMinor))
  return least > most ? 'ask for a basket of more than it may come to' : undefined
}

/** Why no line can ever fit; undefined where one may. */
export function nothingFits(filter: LineFilter): string | undefined {
  const { except, ...asked } = filter
  if (!except) return undefined
  if (Object.keys(except).length === 0) return 'must not leave out every line: say which'
  const all = Object.keys(except).every((key) => isWithin(key as keyof LineFilter, asked, except)) // the keys of a filter
  return all ? 'must not leave out all that it asks for' : undefined
}

function isWithin(key: keyof LineFilter, asked: LineFilter, except: LineFilter): boolean {
  if (key !== 'productCodes' && key !== 'categoryIds' && key !== 'brandIds') return false
  const out: readonly (string | number)[] = except[key] ?? []
  return asked[key]?.every((value) => out.includes(value)) ?? false
}

/** Why a reward can never take anything off; undefined where it may. */
export function neverGiven({ benefit, lines }: RewardDefinition): string | undefined {
  if (benefit.kind !== 'free_item' || lines === undefined) return undefined
  const { productCode } = benefit
  const isOut = lines.productCodes !== undefined && !lines.productCodes.includes(productCode)
  const isLeftOut = lines.except?.productCodes?.includes(productCode) === true && Object.keys(lines.except).length === 1
  return isOut || isLeftOut ? 'must not choose products without the one that is free' : undefined
}
