import type { Failure } from './conditions.ts'

/** What switches rules and rewards on. */
interface Terms {
  readonly state: string
  readonly validFrom: Date | null
  readonly validTo: Date | null
}

/** Was it in force at that moment? Its last moment is not included. */
export function checkForce({ state, validFrom, validTo }: Terms, at: Date): Failure | undefined {
  if (state !== 'active') return { reason: 'not_active', data: { state } }
  if (validFrom && at.getTime() < validFrom.getTime())
    return { reason: 'not_yet_valid', data: { validFrom: validFrom.toISOString() } }
  if (validTo && at.getTime() >= validTo.getTime())
    return { reason: 'no_longer_valid', data: { validTo: validTo.toISOString() } }
  return undefined
}
