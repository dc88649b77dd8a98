import { DomainError } from '../../../platform/errors.ts'
import { dayRange, localTime } from '../engine/index.ts'
import type { EarningRule, RuleDefinition } from '../engine/types.ts'
import type { Programme } from '../types.ts'

/** What rules and rewards have in common: a name, a place in the order, days between which they hold. */
export interface Frame {
  readonly name: string
  readonly priority: number
  readonly validFrom: Date | null
  readonly validTo: Date | null
}

const longestName = 300

/** Refuses request.invalid with the field at fault. */
export function checkFrame(frame: Frame): void {
  if (frame.name.trim() === '' || frame.name.length > longestName) refuse('name')
  if (!Number.isInteger(frame.priority) || frame.priority < 1 || frame.priority > 99) refuse('priority')
  if (frame.validFrom && frame.validTo && frame.validFrom >= frame.validTo) refuse('validTo')
}

/**
 * The days between which it holds, beside those that its conditions ask for. Refuses request.invalid where none of them is in
 * both.
 */
export function checkDays(
  { validFrom, validTo, definition }: Frame & { readonly definition: Pick<RuleDefinition, 'conditions'> },
  timeZone: string,
): void {
  const { from, to } = dayRange(definition.conditions)
  const first = validFrom && localTime(validFrom, timeZone).day
  // Its last moment is not included.
  const last = validTo && localTime(new Date(validTo.getTime() - 1), timeZone).day
  const message = 'must leave one of the days that the conditions ask for'
  if (first && to !== undefined && first > to) refuse('validFrom', message)
  if (last && from !== undefined && last < from) refuse('validTo', message)
}

/**
 * To multiply is to add to what a programme earns by itself, in its unit: what it gave in another would be so many points taken
 * for cents. Refuses request.invalid.
 */
export function checkMultiplied(
  { unitId, definition, onRequest }: Pick<EarningRule, 'unitId' | 'definition' | 'onRequest'>,
  programmes: readonly Programme[],
): void {
  if (definition.earning.kind !== 'multiply') return
  // A rule on request may be of any programme that earns on amounts; purchases earn in the default one.
  const multiplied = programmes.filter((programme) => programme.isDefault || (onRequest && programme.kind === 'points'))
  if (!multiplied.some((programme) => programme.unitId === unitId))
    refuse('unitId', 'must be what the programme earns, since that is what is multiplied')
}

function refuse(field: string, message?: string): never {
  throw new DomainError('request.invalid', { field, ...(message ? { errors: [{ path: field, message }] } : {}) })
}
