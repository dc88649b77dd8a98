/** Days and clock times of the shop, whatever zone the reader sits in. */

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(instant))
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value ?? 0)
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return shown - Math.floor(instant / 1000) * 1000
}

/** The instant at which the clocks of the zone show this: "2026-11-21" or "2026-11-21 14:30". */
export function instantOf(local: string, timeZone: string): string {
  const [day = '', time = '00:00'] = local.split(/[ T]/)
  const shown = Date.parse(`${day}T${time.slice(0, 5)}:00Z`)
  // The offset of the first guess may be that of the other side of a change of clocks.
  const guess = shown - offsetAt(shown, timeZone)
  return new Date(shown - offsetAt(guess, timeZone)).toISOString()
}

/** What the clocks of the zone show: "2026-11-21 14:30". */
export function localOf(iso: string, timeZone: string): string {
  const instant = Date.parse(iso)
  return new Date(instant + offsetAt(instant, timeZone)).toISOString().slice(0, 16).replace('T', ' ')
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

export function today(timeZone: string): string {
  return localOf(new Date().toISOString(), timeZone).slice(0, 10)
}

/** A year up to today; up to the last sale where that is longer ago, as in a shop that was brought in from elsewhere. */
export function yearOfSales(day: string, lastSale: string | undefined): { from: string; to: string } {
  const to = lastSale && lastSale < addDays(day, -364) ? lastSale : day
  return { from: addDays(to, -364), to }
}

/** This Saturday and Sunday; on a Sunday the one that is today. */
export function weekendOf(day: string): { from: string; to: string } {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  const saturday = addDays(day, weekday === 0 ? -1 : 6 - weekday)
  return { from: saturday, to: addDays(saturday, 1) }
}
