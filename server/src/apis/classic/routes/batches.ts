import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readLocalTime } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import { unitOf } from '../campaigns.ts'
import { codeOf, getSheet } from '../customers.ts'
import { type Fields, findAmount, findText, isNo, isYes, listTexts, refuse, requireText } from '../decode.ts'
import { decodeRows } from '../delimited.ts'
import { type Answer, type Element, element, list } from '../encode.ts'
import { sentenceOf } from '../errors.ts'
import { enterCustomer } from './customers.ts'
import { enterRedemption } from './redemptions.ts'
import { decodeEntry, type Entry, enterActivity } from './transactions.ts'

/**
 * Customers as rows of delimited text, each as `record_customer` takes one. A row whose code or card is known changes that customer
 * where `overwrite_duplicates` says update or yes, and is left out otherwise. A row that is refused says why; the others are written.
 */
export async function importCustomers(call: Call): Promise<Answer> {
  const rows = decodeRows(call.fields, 'profiles')
  const overwrite = decodeOverwrite(call.fields)
  const shared = new Map([
    ['campaign_id', listTexts(call.fields, 'campaigns_to_include').join(',')],
    ['auto_add', call.fields.get('auto_add') ?? ''],
    ['card_number_generate', call.fields.get('card_number_generate') ?? ''],
  ])
  const told: Element[] = []
  const counts = { created: 0, updated: 0, refused: 0 }
  for (const [index, row] of rows.entries()) {
    const fields = new Map([...shared, ...row].filter(([, value]) => value !== ''))
    const done = await attempt(index, async () => {
      const { customerId, isNew } = await enterCustomer({ ...call, fields }, overwrite ? 'register' : 'new')
      const sheet = await getSheet(call.ctx, customerId)
      counts[isNew ? 'created' : 'updated']++
      return element({ code: codeOf(sheet), card_number: sheet.cardNumber }, isNew ? 'created' : 'updated')
    })
    if (done.status === 'error') counts.refused++
    told.push(done)
  }
  const batch = element({
    new_customers: counts.created,
    updated_customers: counts.updated,
    refused_customers: counts.refused,
    customers: list('customer', told),
  })
  return { head: { batch } }
}

function decodeOverwrite(fields: Fields): boolean {
  const text = fields.get('overwrite_duplicates')?.toLowerCase() ?? 'ignore'
  if (text === 'update' || isYes(text)) return true
  return text === 'ignore' || isNo(text) ? false : refuse('overwrite_duplicates', 'must be yes, update or ignore')
}

/**
 * Transactions as rows: customer, campaign, whether it is redeemed (Y or N), amount, date and authorization. The amount is of what the
 * campaign counts, or with `apply_ratio` what a cashier would enter: money that becomes points, a reward.
 */
export async function importTransactions(call: Call): Promise<Answer> {
  const rows = decodeRows(call.fields, 'visits')
  const shared = ['campaign_id', 'apply_ratio', 'create_new_customers'].flatMap((name) => {
    const value = call.fields.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const told: Element[] = []
  for (const [index, row] of rows.entries()) {
    const fields = new Map([...shared, ...row])
    told.push(await attempt(index, async () => element((await enterRow({ ...call, fields })).entries, 'recorded')))
  }
  const refused = told.filter(({ status }) => status === 'error').length
  const batch = element({
    new_transactions: told.length - refused,
    refused_transactions: refused,
    transactions: list('transaction', told),
  })
  return { head: { batch } }
}

async function enterRow(call: Call): Promise<Element> {
  const { ctx, fields } = call
  const redeemed = fields.get('redeemed')
  if (redeemed !== undefined && !isYes(redeemed) && !isNo(redeemed)) return refuse('redeemed', 'must be Y or N')
  if (isYes(redeemed) && !call.permissions.has('redeem')) throw new DomainError('request.forbidden')
  const occurredAt = decodeDate(call)
  const entry = { ...(await decodeKnownEntry(call)), ...(occurredAt ? { occurredAt } : {}) }
  const applies = isYes(fields.get('apply_ratio'))
  if (isYes(redeemed)) {
    const { redemption, units } = await decodeRedeemed(ctx, entry, applies)
    return enterRedemption(ctx, { ...entry, fields: redemption }, units)
  }
  // What a campaign of points is told by the ratio is money; every other amount is of what it counts.
  return applies && entry.programme.kind === 'points'
    ? enterActivity(ctx, entry)
    : enterActivity(ctx, entry, await decodeUnits(ctx, entry))
}

/** With `create_new_customers` a code or card that nobody has makes a customer. */
async function decodeKnownEntry(call: Call): Promise<Entry> {
  try {
    return await decodeEntry(call)
  } catch (error) {
    const isUnknown = error instanceof DomainError && error.code === 'customer.not_found'
    if (!isUnknown || !isYes(call.fields.get('create_new_customers'))) throw error
    if (!call.permissions.has('add_customers')) throw new DomainError('request.forbidden', {}, { cause: error })
  }
  const named = ['code', 'card_number'].flatMap((name) => {
    const value = call.fields.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  await enterCustomer({ ...call, fields: new Map(named) }, 'new')
  return decodeEntry(call)
}

/** So many points, visits or pieces, or so much money. */
async function decodeUnits(ctx: Ctx, { fields, programme }: Entry): Promise<number | undefined> {
  const amount = findAmount(fields, 'amount', (await unitOf(ctx, programme)).scale)
  return amount === 0 ? refuse('amount', 'must be more than 0') : amount
}

/** By the ratio points and visits are redeemed for a reward, which the amount names. */
async function decodeRedeemed(
  ctx: Ctx,
  entry: Entry,
  applies: boolean,
): Promise<{ redemption: Fields; units: number | undefined }> {
  const { fields, programme } = entry
  const isForReward = applies && (programme.kind === 'points' || programme.kind === 'visits')
  if (isForReward)
    return { redemption: new Map([['reward_to_redeem', requireText(fields, 'amount')]]), units: undefined }
  return { redemption: fields, units: (await decodeUnits(ctx, entry)) ?? refuse('amount', 'is required') }
}

/** As everywhere, or the way the manual's rows have it: month, day, year. */
function decodeDate({ ctx, fields }: Call): Date | undefined {
  const date = findText(fields, 'date')
  if (date === undefined) return undefined
  const american = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(date)
  const text = american ? `${american[3]}-${american[1]}-${american[2]}` : date
  const occurredAt = readLocalTime(text, ctx.tenant.timeZone) ?? refuse('date', 'must be as YYYY-MM-DD HH:MM:SS')
  return occurredAt > ctx.clock.now() ? refuse('date', 'must not be in the future') : occurredAt
}

/** One row's refusal is its own: the rows before it are written, and those after it follow. */
async function attempt(index: number, work: () => Promise<Element>): Promise<Element> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DomainError) return element({ row: index + 1, error: sentenceOf(error) }, 'error')
    throw error
  }
}
