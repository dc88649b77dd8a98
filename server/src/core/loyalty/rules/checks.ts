import { DomainError } from '../../../platform/errors.ts'

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

function refuse(field: string): never {
  throw new DomainError('request.invalid', { field })
}
