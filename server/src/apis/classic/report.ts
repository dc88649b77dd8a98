import type { CustomerSheet } from '../../core/reports/index.ts'
import { startOfDay } from '../http/times.ts'
import { readId } from '../http/values.ts'
import type { Call } from './auth.ts'
import { listVisibleCampaigns } from './campaigns.ts'
import { codeOf, phoneOf } from './customers.ts'
import { type Fields, findDay, listTexts, refuse } from './decode.ts'
import { type Element, element } from './encode.ts'
import { textAttribute } from './vocabulary.ts'

/** Campaigns that are not this account's, or not for this user, match nobody. */
export async function decodeProgrammeIds(call: Call): Promise<number[]> {
  const visible = new Set((await listVisibleCampaigns(call)).map(({ id }) => id as number))
  return listTexts(call.fields, 'selected_campaigns').flatMap((campaign) => {
    const id = readId(campaign)
    return id !== undefined && visible.has(id) ? [id] : []
  })
}

/** Either date may be left out; both days are part of the range. */
export function decodeRange(timeZone: string, fields: Fields): { from?: Date; to?: Date } {
  const [start, end] = [findDay(fields, 'date_start'), findDay(fields, 'date_end')]
  return {
    ...(start ? { from: startOfDay(start, timeZone) } : {}),
    ...(end ? { to: startOfDay(end, timeZone, 1) } : {}),
  }
}

/** What all reports but that of all customers need: a first day and at least one campaign. */
export async function requireRange(call: Call): Promise<{ programmeIds: number[]; from: Date; to?: Date }> {
  const { ctx, fields } = call
  const { from, to } = decodeRange(ctx.tenant.timeZone, fields)
  if (!from) return refuse('date_start', 'is required')
  if (listTexts(fields, 'selected_campaigns').length === 0) return refuse('selected_campaigns', 'is required')
  return { programmeIds: await decodeProgrammeIds(call), from, ...(to ? { to } : {}) }
}

/** A report has its own words for what the other calls name street1, postal_code, custom_field and code. */
export function encodeSheet(sheet: CustomerSheet): Element {
  return element({
    first_name: sheet.firstName,
    last_name: sheet.lastName,
    phone: phoneOf(sheet),
    email: sheet.email,
    address1: sheet.line1,
    address2: sheet.line2,
    city: sheet.city,
    state: sheet.region,
    zip: sheet.postalCode,
    country: sheet.country,
    custom1: textAttribute(sheet.attributes, 'customField'),
    custom_date: textAttribute(sheet.attributes, 'customDate'),
    customer_username: sheet.login,
    customer_code: codeOf(sheet),
    card_number: sheet.cardNumber,
  })
}

/** 1427 as "1,427", -12.5 as "-12.50": totals have commas for thousands. */
export function withCommas(decimal: string): string {
  return decimal.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')
}
