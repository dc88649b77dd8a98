import { DomainError } from '../../platform/errors.ts'
import type { OpeningHours, OrganisationPatch } from './types.ts'

const timeOfDay = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/

/** Refuses `request.invalid` with the field at fault. */
export function checkOrganisation(fields: OrganisationPatch): void {
  const refuse = (field: string): never => {
    throw new DomainError('request.invalid', { field })
  }
  if (fields.code !== undefined && !/^\S(?:.{0,98}\S)?$/.test(fields.code)) refuse('code')
  if (fields.name !== undefined && !/^(?=.*\S).{1,200}$/.test(fields.name)) refuse('name')
  if (fields.latitude && Math.abs(fields.latitude) > 90) refuse('latitude')
  if (fields.longitude && Math.abs(fields.longitude) > 180) refuse('longitude')
  if (fields.openingHours && !fields.openingHours.every(isOpeningHours)) refuse('openingHours')
}

function isOpeningHours(hours: OpeningHours): boolean {
  const { day, from, to } = hours
  return Number.isInteger(day) && day >= 1 && day <= 7 && timeOfDay.test(from) && timeOfDay.test(to) && from < to
}

/** Open all week, day and night. */
export const alwaysOpen: readonly OpeningHours[] = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
  day,
  from: '00:00',
  to: '24:00',
}))

/** Whether it is open at this local day (Monday 1) and time "HH:MM". */
export function isOpenAt(hours: readonly OpeningHours[], local: { day: number; time: string }): boolean {
  return hours.some((one) => one.day === local.day && one.from <= local.time && local.time < one.to)
}

/** What an organisation may stand under. */
const parentKinds: Readonly<Record<string, readonly string[]>> = {
  business: [],
  merchant: ['business'],
  store: ['business', 'merchant'],
}

export function mayStandUnder(kind: string, parentKind: string): boolean {
  return parentKinds[kind]?.includes(parentKind) ?? false
}
