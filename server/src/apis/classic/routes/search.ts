import { searchCustomers as searchCore } from '../../../core/customers/index.ts'
import {
  type CustomerSheet,
  getCustomerSheets,
  type NumberPart,
  walkCustomers,
  walkHolders,
} from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call } from '../auth.ts'
import { type Campaigns, describeCampaigns, encodeBalances, listActiveCampaigns } from '../campaigns.ts'
import { codeOf, customFieldName, encodeCustomer, phoneOf } from '../customers.ts'
import { type Fields, findText, isYes, refuse } from '../decode.ts'
import { type Answer, type Element, list } from '../encode.ts'
import { attributeName, givenCodeSource, textAttribute } from '../vocabulary.ts'

/** What each field of a search looks at. */
const searched: Readonly<Record<string, (sheet: CustomerSheet) => string | null>> = {
  code: codeOf,
  card_number: (sheet) => sheet.cardNumber,
  first_name: (sheet) => sheet.firstName,
  last_name: (sheet) => sheet.lastName,
  phone: phoneOf,
  email: (sheet) => sheet.email,
  city: (sheet) => sheet.city,
  state: (sheet) => sheet.region,
  postal_code: (sheet) => sheet.postalCode,
  custom_date: (sheet) => textAttribute(sheet.attributes, 'customDate'),
  custom_field: (sheet) => textAttribute(sheet.attributes, 'customField'),
  customer_username: (sheet) => sheet.login,
  customer_PIN: (sheet) => textAttribute(sheet.attributes, 'pin'),
}

type Matches = (sheet: CustomerSheet) => boolean

/** Every field that is given must match: a part in any case, or the whole. Without any, everybody. */
export async function searchCustomers(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  if (fields.has('customer_password')) return refuse('customer_password', 'cannot be searched for')
  const criteria = decodeCriteria(fields, decodeComparison(fields))
  const sheets = walkCandidates(ctx, fields)
  return encodeFound(call, sheets, (sheet) => criteria.every((matches) => matches(sheet)))
}

/** At most `limit` customers whose data is what was sent, in any case. Without any data, nobody. */
export async function findAlike({ ctx, fields }: Call, limit: number): Promise<CustomerSheet[]> {
  const criteria = decodeCriteria(fields, sameText)
  const found: CustomerSheet[] = []
  if (criteria.length === 0) return found
  for await (const sheet of walkCandidates(ctx, fields)) {
    if (criteria.every((matches) => matches(sheet)) && found.push(sheet) === limit) break
  }
  return found
}

type Comparison = (value: string, wanted: string) => boolean
const sameText: Comparison = (value, wanted) => value.toLowerCase() === wanted.toLowerCase()

function decodeCriteria(fields: Fields, compare: Comparison): Matches[] {
  return [...fields.keys()].flatMap((name) => {
    const read = Object.hasOwn(searched, name)
      ? searched[name]
      : customFieldName.test(name)
        ? customField(name)
        : undefined
    const wanted = findText(fields, name, { max: 1000 }) ?? ''
    return read ? [(sheet: CustomerSheet) => compare(read(sheet) ?? '', wanted)] : []
  })
}

const customField = (name: string) => (sheet: CustomerSheet) => String(sheet.attributes[name] ?? '')

function decodeComparison(fields: Fields): Comparison {
  const exact = fields.get('exact_match')?.toLowerCase()
  if (exact === 'sensitive') return (value, wanted) => value === wanted
  if (exact === 'insensitive') return sameText
  if (exact !== undefined) return refuse('exact_match', 'must be sensitive or insensitive')
  return (value, wanted) => value.toLowerCase().includes(wanted.toLowerCase())
}

const indexed = ['email', 'customer_username', 'last_name', 'first_name']

/** A text of one field that the core's index finds; what it finds is looked at again field by field. */
function findIndexedText(fields: Fields): string | undefined {
  const name = indexed.find((one) => (fields.get(one)?.length ?? 0) >= 3)
  return name && findText(fields, name)
}

function findNumberPart(fields: Fields): NumberPart | undefined {
  const [card, code, phone] = ['card_number', 'code', 'phone'].map((name) => findText(fields, name))
  if (card) return { of: 'card', part: card }
  if (code) return { of: 'code', part: code, source: givenCodeSource }
  return phone ? { of: 'phone', part: phone, attribute: attributeName('phoneText') } : undefined
}

/** A phrase over all fields: a comma means or, a blank means and, and binds tighter. */
export async function findCustomers(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const phrase = findText(fields, 'find_customer') ?? refuse('find_customer', 'is required')
  const groups = phrase
    .toLowerCase()
    .split(',')
    .map((group) => group.split(/\s+/).filter(Boolean))
    .filter((group) => group.length > 0)
  const matches: Matches = (sheet) => {
    const text = textOf(sheet)
    return groups.some((group) => group.every((word) => text.includes(word)))
  }
  return encodeFound(call, walkCustomers(ctx), matches)
}

/** Everything of a customer that a phrase is looked for in, in lower case. */
export function textOf(sheet: CustomerSheet): string {
  const values = Object.values(searched).map((read) => read(sheet) ?? '')
  return [...values, sheet.companyName, sheet.line1].join('\n').toLowerCase()
}

/** The first page is there at once; whoever reads on gets more at a time, since every page looks through the index again. */
const [firstPage, nextPages] = [500, 5_000]

/** Everybody who can match, and as few others as an index or a look at one column knows to leave out. */
async function* walkCandidates(ctx: Ctx, fields: Fields): AsyncGenerator<CustomerSheet> {
  const text = findIndexedText(fields)
  if (!text) {
    const number = findNumberPart(fields)
    return yield* (number && (await walkHolders(ctx, number))) ?? walkCustomers(ctx)
  }
  for (let after: Parameters<typeof searchCore>[1]['after']; ; ) {
    const limit = after === undefined ? firstPage : nextPages
    const page = await searchCore(ctx, {
      text,
      after,
      limit,
      order: 'id',
      filters: { states: ['identified'] },
    })
    yield* await getCustomerSheets(
      ctx,
      page.map((customer) => customer.id),
    )
    after = page.at(-1)?.id
    if (page.length < limit) return
  }
}

async function encodeFound(call: Call, sheets: AsyncIterable<CustomerSheet>, matches: Matches): Promise<Answer> {
  const wantsBalances = isYes(call.fields.get('include_balances'))
  const campaigns = wantsBalances ? await describeCampaigns(call.ctx, await listActiveCampaigns(call)) : undefined
  const items = encodeMatching(call, { sheets, matches, campaigns })
  return { rows: { singular: 'customer', plural: 'customers', wrapped: true, items } }
}

async function* encodeMatching(
  call: Call,
  found: { sheets: AsyncIterable<CustomerSheet>; matches: Matches; campaigns: Campaigns | undefined },
): AsyncGenerator<Element> {
  for await (const sheet of found.sheets) {
    if (!found.matches(sheet)) continue
    const { campaigns } = found
    const balances = campaigns && (await encodeBalances(call, sheet.id, { campaigns }))
    yield encodeCustomer(sheet, { more: balances ? { campaigns: list('campaign', balances) } : {} })
  }
}
