const dayMs = 86_400_000
const near = 7

/** "Birthday today", where it is a week away at most; both are days as 2026-11-21. */
export function birthdayNote(birthday: string | null, today: string): string | undefined {
  if (!birthday) return undefined
  const year = Number(today.slice(0, 4))
  const away = [year - 1, year, year + 1]
    .map((year) => Math.round((Date.parse(`${dayIn(birthday, year)}T00:00Z`) - Date.parse(`${today}T00:00Z`)) / dayMs))
    .find((days) => Math.abs(days) <= near)
  if (away === undefined) return undefined
  if (away === 0) return 'Birthday today'
  if (Math.abs(away) === 1) return away === 1 ? 'Birthday tomorrow' : 'Birthday yesterday'
  return away > 0 ? `Birthday in ${away} days` : `Birthday ${-away} days ago`
}

/** Whoever was born on the 29th of February celebrates on the 28th in other years. */
function dayIn(birthday: string, year: number): string {
  const day = birthday.slice(5)
  const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
  return `${year}-${day === '02-29' && !isLeap ? '02-28' : day}`
}
