import { isPasswordOf } from '../../../core/customers/index.ts'
import {
  type CustomerSheet,
  type NumberPart,
  type Piece,
  type Place,
  walkCustomers,
  walkFound,
  walkHolders,
} from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call } from '../auth.ts'
import { type Campaigns, describeCampaigns, encodeBalances, listActiveCampaigns } from '../campaigns.ts'
import { decodeCountry } from '../countries.ts'
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

/** What tells a customer from others where no number does. */
const alike: typeof searched = {
  ...searched,
  street1: (sheet) => sheet.line1,
  street2: (sheet) => sheet.line2,
  country: (sheet) => sheet.country,
}

type Matches = (sheet: CustomerSheet) => boolean

/** Every field that is given must match: a part in any case, or the whole. Without any, everybody. */
export async function searchCustomers(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  if (fields.has('customer_password')) return refuse('customer_password', 'cannot be searched for')
  const criteria = decodeCriteria(fields, { readers: searched, compare: decodeComparison(fields) })
  const sheets = walkCandidates(ctx, fields)
  return encodeFound(call, sheets, (sheet) => criteria.every((matches) => matches(sheet)))
}

/** At most `limit` customers whose data is all of what was sent, in any case. Without any data but a password, nobody. */
export async function findAlike({ ctx, fields }: Call, limit: number): Promise<CustomerSheet[]> {
  const country = findText(fields, 'country')
  const told = country ? new Map([...fields, ['country', decodeCountry(country, 'country')]]) : fields
  const criteria = decodeCriteria(told, { readers: alike, compare: sameText })
  const password = findText(fields, 'customer_password')
  const found: CustomerSheet[] = []
  if (criteria.length === 0) return found
  for await (const sheet of walkCandidates(ctx, fields)) {
    if (!criteria.every((matches) => matches(sheet))) continue
    if (password !== undefined && !(await isPasswordOf(ctx, { customerId: sheet.id, password }))) continue
    if (found.push(sheet) === limit) break
  }
  return found
}

type Comparison = (value: string, wanted: string) => boolean
const sameText: Comparison = (value, wanted) => value.toLowerCase() === wanted.toLowerCase()

function decodeCriteria(fields: Fields, by: { readers: typeof searched; compare: Comparison }): Matches[] {
  const { readers, compare } = by
  return [...fields.keys()].flatMap((name) => {
    const read = Object.hasOwn(readers, name)
      ? readers[name]
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

/**
 * The pieces of a text that an index finds: three letters or digits in a row at least. The two small forms of sigma are told apart
 * by the end of a word, which is not the same everywhere.
 */
function findPieces(text: string, places?: readonly Place[]): Piece[] {
  const pieces = text.toLowerCase().split(/[^\p{L}\p{N}]|[σς]/u)
  const longest = [...new Set(pieces.filter(({ length }) => length >= 3))].sort((a, b) => b.length - a.length)
  return longest.slice(0, maxPieces).map((piece) => (places ? { text: piece, places } : { text: piece }))
}

/** What the longest pieces leave is looked through one by one. */
const maxPieces = 4
const maxGroups = 10

/** Where the core keeps what a field shows, as far as an index finds its parts. */
const indexed: Readonly<Record<string, readonly Place[]>> = {
  email: ['identity'],
  customer_username: ['identity'],
  last_name: ['name'],
  first_name: ['name'],
  card_number: ['card', 'identity'],
  code: ['name', 'identity'],
  city: ['address'],
  postal_code: ['address'],
  state: ['address'],
  street1: ['address'],
  street2: ['address'],
}

const attributes = ['custom_date', 'custom_field', 'customer_PIN']

/** What every customer who is looked for has; a look through all attributes only where nothing else is told. */
function findSearchPieces(fields: Fields): Piece[] {
  const piecesOf = (name: string, places: readonly Place[]) =>
    findPieces(findText(fields, name, { max: 1000 }) ?? '', places)
  const found = Object.entries(indexed).flatMap(([name, places]) => piecesOf(name, places))
  if (found.length > 0) return found.slice(0, maxPieces)
  const phone = piecesOf('phone', ['identity', 'attribute'])
  if (phone.length > 0) return phone
  const kept = [...fields.keys()].filter((name) => attributes.includes(name) || customFieldName.test(name))
  return kept.flatMap((name) => piecesOf(name, ['attribute'])).slice(0, maxPieces)
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
  const text = findText(fields, 'find_customer') ?? refuse('find_customer', 'is required')
  const groups = text
    .toLowerCase()
    .split(',')
    .map((group) => group.split(/\s+/).filter(Boolean))
    .filter((group) => group.length > 0)
  const matches: Matches = (sheet) => {
    const all = textOf(sheet)
    return groups.some((group) => group.every((word) => all.includes(word)))
  }
  const phrase = groups.map((words) => findPieces(words.join(' ')))
  const isIndexed = phrase.length <= maxGroups && phrase.every((pieces) => pieces.length > 0)
  return encodeFound(call, isIndexed ? walkFound(ctx, phrase) : walkCustomers(ctx), matches)
}

/** Everything of a customer that a phrase is looked for in, in lower case. */
export function textOf(sheet: CustomerSheet): string {
  const values = Object.values(searched).map((read) => read(sheet))
  const custom = Object.keys(sheet.attributes).filter((name) => customFieldName.test(name))
  const own = custom.map((name) => customField(name)(sheet))
  return [...values, sheet.companyName, sheet.line1, sheet.line2, sheet.country, sheet.code, ...own]
    .join('\n')
    .toLowerCase()
}

/** Everybody who can match, and as few others as an index or a look at one column knows to leave out. */
async function* walkCandidates(ctx: Ctx, fields: Fields): AsyncGenerator<CustomerSheet> {
  const pieces = findSearchPieces(fields)
  if (pieces.length > 0) return yield* walkFound(ctx, [pieces])
  const number = findNumberPart(fields)
  yield* (number && (await walkHolders(ctx, number))) ?? walkCustomers(ctx)
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
