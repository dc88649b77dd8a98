/**
 * A scanner is a keyboard that types fast and ends with Enter. Nobody's fingers keep up this pace over so many keys, so that what
 * comes like that is a scan wherever the focus is, and everything slower is ordinary typing.
 */
export const pace = { shortest: 5, longestGapMs: 50, averageGapMs: 35 } as const

export interface Burst {
  readonly text: string
  readonly startedAt: number
  readonly lastAt: number
}

/** The burst after one more key: a pause begins a new one. */
export function withKey(burst: Burst | undefined, key: string, at: number): Burst {
  if (burst && at - burst.lastAt <= pace.longestGapMs) return { ...burst, text: burst.text + key, lastAt: at }
  return { text: key, startedAt: at, lastAt: at }
}

/** What was scanned, when Enter comes now. */
export function scanned(burst: Burst | undefined, at: number): string | undefined {
  if (!burst || burst.text.length < pace.shortest || at - burst.lastAt > pace.longestGapMs) return undefined
  const average = (burst.lastAt - burst.startedAt) / (burst.text.length - 1)
  return average <= pace.averageGapMs ? burst.text : undefined
}
