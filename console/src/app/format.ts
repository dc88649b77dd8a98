/** Words for numbers, money and times. The console speaks English; the tenant says currency and time zone. */

const locale = typeof navigator !== 'undefined' && navigator.language.startsWith('en') ? navigator.language : 'en-GB'
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function once<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const kept = made.get(key) as T | undefined // The key names the kind of formatter, so the type is the one that was put in.
  if (kept) return kept
  const fresh = make()
  made.set(key, fresh)
  return fresh
}

/** A hyphen is too short to be seen before a figure. */
const trueMinus = (figure: string): string => figure.replace('-', '−')

export function formatCount(value: number): string {
  return trueMinus(once('count', () => new Intl.NumberFormat(locale)).format(value))
}

/** 12 345 becomes 12.3K; for axes. */
export function formatShort(value: number): string {
  const format = once('short', () => new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }))
  return trueMinus(format.format(value))
}

export function moneyDigits(currency: string): number {
  return (
    once(`digits ${currency}`, () => new Intl.NumberFormat(locale, { style: 'currency', currency })).resolvedOptions()
      .maximumFractionDigits ?? 2
  )
}

/** `minor` are the smallest coins of the currency: 1250 EUR cents read €12.50. */
export function formatMoney(minor: number, currency: string): string {
  const whole = minor / 10 ** moneyDigits(currency)
  const format = once(`money ${currency}`, () => new Intl.NumberFormat(locale, { style: 'currency', currency }))
  return trueMinus(format.format(whole))
}

/** The price of one piece, in whole units of money: it may have more decimals than coins have. */
export function formatPrice(price: number, currency: string): string {
  const format = once(
    `price ${currency}`,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 4 }),
  )
  return trueMinus(format.format(price))
}

/** Without cents once they no longer matter, for headline figures. */
export function formatMoneyRound(minor: number, currency: string): string {
  const whole = minor / 10 ** moneyDigits(currency)
  if (Math.abs(whole) < 1000) return formatMoney(minor, currency)
  const format = once(
    `round ${currency}`,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 0 }),
  )
  return trueMinus(format.format(whole))
}

export function formatMoneyShort(minor: number, currency: string): string {
  const whole = minor / 10 ** moneyDigits(currency)
  const format = once(
    `short ${currency}`,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }),
  )
  return trueMinus(format.format(whole))
}

export function formatSigned(value: number): string {
  return value > 0 ? `+${formatCount(value)}` : formatCount(value)
}

/** An amount of a unit: 1250 of a unit with two decimals is 12.50. */
export function formatUnits(amount: number, unit: { kind: string; currency: string | null; scale: number }): string {
  if (unit.kind === 'money' && unit.currency) return formatMoney(amount, unit.currency)
  const whole = amount / 10 ** unit.scale
  const format = once(
    `units ${unit.scale}`,
    () => new Intl.NumberFormat(locale, { minimumFractionDigits: unit.scale, maximumFractionDigits: unit.scale }),
  )
  return trueMinus(format.format(whole))
}

/** The change against the period before as a share, or undefined where there is nothing to compare with. */
export function changeOf(now: number, before: number): number | undefined {
  return before === 0 ? undefined : (now - before) / Math.abs(before)
}

export function formatChange(change: number): string {
  const percent = Math.abs(change * 100)
  const digits = percent < 10 ? 1 : 0
  return `${percent > 999 ? '>999' : percent.toFixed(digits)}%`
}

let timeZone: string | undefined

/** Every time is shown in the tenant's zone; set once after signing in. */
export function keepTimeZone(zone: string | undefined): void {
  if (zone === timeZone) return
  timeZone = zone
  made.clear()
}

function dateFormat(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once(`date ${key}`, () => new Intl.DateTimeFormat(locale, { timeZone, ...options }))
}

export function formatDate(iso: string): string {
  return dateFormat('date', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso))
}

export function formatTime(iso: string): string {
  return dateFormat('time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(iso))
}

export function formatDateTime(iso: string): string {
  return `${formatDate(iso)}, ${formatTime(iso)}`
}

/** A calendar day such as 2026-11-21, which belongs to no zone. */
export function formatDay(day: string, withYear = false): string {
  return once(
    `day ${withYear}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        timeZone: 'UTC',
        day: 'numeric',
        month: 'short',
        ...(withYear ? { year: 'numeric' } : {}),
      }),
  ).format(new Date(`${day.slice(0, 10)}T00:00:00Z`))
}

/** From one day to another, with the year as often as it takes. */
export function formatDays(days: { readonly from: string; readonly to: string }): string {
  const sameYear = days.from.slice(0, 4) === days.to.slice(0, 4)
  return `${formatDay(days.from, !sameYear)} to ${formatDay(days.to, true)}`
}

export function formatWeekday(index: number): string {
  // 4 January 1970 was a Sunday.
  return once('weekday', () => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'short' })).format(
    new Date(Date.UTC(1970, 0, 4 + index)),
  )
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
]

/** "3 hours ago" for the last days, the date before that. */
export function formatAgo(iso: string): string {
  const seconds = (Date.now() - Date.parse(iso)) / 1000
  if (seconds < 60 && seconds > -60) return 'just now'
  if (Math.abs(seconds) > 6 * 86_400) return formatDate(iso)
  const [unit, length] = STEPS.findLast(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60]
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-Math.round(seconds / length), unit)
}

/** The day an instant falls on in the tenant's zone, as 2026-11-21. */
export function dayOf(iso: string): string {
  return once('iso-day', () => new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })).format(new Date(iso))
}

const acronyms = /\b(api|id|sms|nps|url)\b/gi

/** A name of ours as a heading: "api_key" reads "API key". */
export function term(name: string): string {
  return sentence(name).replace(acronyms, (word) => word.toUpperCase())
}

/** "partly_cancelled" reads "Partly cancelled". */
export function sentence(word: string): string {
  const text = word.replaceAll('_', ' ').trim()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A name inside a sentence: "Points" reads "points", "Credit EUR" reads "credit EUR". */
export function inSentence(name: string): string {
  return name.replace(/\p{Lu}\p{Ll}+/gu, (word) => word.toLowerCase())
}

/** A calendar month such as 2026-11. */
export function formatMonth(month: string, withYear = true): string {
  return once(
    `month ${withYear}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        timeZone: 'UTC',
        month: withYear ? 'long' : 'short',
        ...(withYear ? { year: 'numeric' } : {}),
      }),
  ).format(new Date(`${month}-01T00:00:00Z`))
}
