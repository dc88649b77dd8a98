import { getCustomers } from '../../../core/customers/index.ts'
import {
  applyVoucher,
  cancelVoucher,
  giftCardBalance,
  issueVouchers,
  listVouchers,
  updateVoucher,
  type Voucher,
  type VoucherInput,
} from '../../../core/loyalty/index.ts'
import { listReferenceItems } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale, fromMinor, toMinor } from '../../../platform/money.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { type Answer, idOf, noContent, ok, type Row } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { customerInPath, findReachable, isApp } from '../people.ts'
import { recordRows } from '../properties.ts'
import { voucherPage, voucherRows } from '../voucher.ts'
import { storeOf } from './stores.ts'

export function voucherRoutes(routes: Routes): void {
  routes.get('/vouchers', 'both', (call) => voucherPage(call))
  routes.get('/customers/:customer_id/vouchers', 'both', async (call) =>
    voucherPage(call, { customerId: (await customerInPath(call)).id }),
  )
  routes.post('/vouchers/batch', 'enterprise', voucherBatch)
  routes.post('/vouchers/actions/gift-card-balance', 'both', balance)

  routes.get('/vouchers/:voucher_id', 'both', async (call) => {
    const [row] = await voucherRows(call.ctx, [await voucherInPath(call)], {
      withStores: true,
      languages: call.languages,
    })
    return ok(row as Row) // one voucher is one row
  })
  // What a voucher is worth and how long is the shop's to say, never its customer's token's.
  routes.put('/vouchers/:voucher_id', 'enterprise', putVoucher)
  routes.delete('/vouchers/:voucher_id', 'both', async (call) => {
    await cancelVoucher(call.ctx, (await voucherInPath(call)).id)
    return noContent
  })
  routes.get('/vouchers/:voucher_id/property-records', 'both', async (call) => {
    call.query.done()
    const voucher = await voucherInPath(call)
    const values = voucher.data.properties
    const rows = recordRows(call.ctx, await listReferenceItems(call.ctx, 'voucher_property'), {
      id: idOf(call.ctx, 'voucher', voucher.id),
      values: typeof values === 'object' && values !== null ? { ...values } : {},
      changedAt: voucher.updatedAt,
    })
    return ok({ property_records: rows, total_items: rows.length })
  })
  routes.post('/vouchers/:voucher_id/actions/apply-voucher', 'both', async (call) => {
    const voucher = await voucherInPath(call)
    const storeId = await storeOf(call.ctx, call.body)
    const at = call.body.needTime('date_applied')
    call.body.done()
    await applyVoucher(call.ctx, { id: voucher.id, at, ...(storeId === undefined ? {} : { storeId }) })
    return noContent
  })
}

async function voucherInPath(call: Call): Promise<Voucher> {
  const voucher = await findVoucher(call, call.pathId('voucher_id', 'voucher'))
  if (!voucher) throw notFound('vouchers', call.params.voucher_id ?? '')
  return voucher
}

/** An app finds its own customer's alone. */
async function findVoucher(call: Call, id: number): Promise<Voucher | undefined> {
  const { items } = await listVouchers(call.ctx, { ids: [id], offset: 0, limit: 1 })
  const voucher = items[0]
  return voucher && isApp(call) && voucher.customerId !== call.session.customerId ? undefined : voucher
}

/** By its number, or by the code, which whoever holds the card knows. */
async function balance(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const id = body.id('voucher_id', 'voucher')
  const code = body.text('code', { max: 100 })
  if (!body.has('voucher_id') && code === undefined) body.refuse('voucher_id', 'required')
  body.done()
  const by = id === undefined ? { code: code ?? '' } : { voucherId: id }
  const field = id === undefined ? 'code' : 'voucher_id'
  if (id !== undefined && !(await findVoucher(call, id))) throw invalidParam(field, 'not_found', body.value(field))
  const card = await giftCardBalance(ctx, by).catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== 'voucher.not_found') throw error
    throw invalidParam(field, 'not_found', body.value(field))
  })
  const scale = currencyScale(ctx.tenant.currency)
  return ok({
    voucher_id: idOf(ctx, 'voucher', card.voucher.id),
    current_balance: fromMinor(card.currentMinor, scale),
    original_balance: fromMinor(card.originalMinor, scale),
  })
}

/** PUT replaces: what is not sent is empty, but for the code, which a voucher always has. */
async function putVoucher(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const voucher = await voucherInPath(call)
  const fields = body.needObject('voucher')
  const storeId = (await storeOf(ctx, fields)) ?? null
  // One that is nobody's may be sent back as it was read.
  const isNobodys = voucher.customerId === null && !fields.has('customer_id')
  const given = isNobodys ? 0 : fields.needId('customer_id', 'customer')
  const customer = given === 0 ? undefined : await findReachable(call, given)
  if (given !== 0 && !customer) fields.refuse('customer_id', 'not_found')
  const appliedAt = fields.time('applied_date') ?? null
  const code = fields.text('code', { max: 100, pattern: /^\S(?:.*\S)?$/ })
  const value = fields.number('value', { min: 0, max: 1_000_000_000 })
  const patch = {
    note: fields.text('note') ?? '',
    validFrom: fields.time('valid_from') ?? null,
    validTo: fields.time('valid_to') ?? null,
  }
  body.done()
  await updateVoucher(ctx, {
    id: voucher.id,
    patch: {
      ...patch,
      ...(customer ? { customerId: customer.id } : {}),
      ...(code === undefined ? {} : { code }),
      ...(await valueToPut(ctx, voucher, value)),
      ...appliedToPut(voucher, { appliedAt, storeId }),
    },
  })
  return noContent
}

/** The value that a client read may come from the reward: sent back unchanged it says nothing. */
async function valueToPut(
  ctx: Ctx,
  voucher: Voucher,
  value: number | undefined,
): Promise<{ valueMinor?: number | null }> {
  if (voucher.bearerId !== null) return {}
  if (value === undefined) return { valueMinor: null }
  const [row] = await voucherRows(ctx, [voucher], { withStores: false, languages: [] })
  return row?.value === value ? {} : { valueMinor: toMinor(value, currencyScale(ctx.tenant.currency)) }
}

/** The store is the one that a used voucher was used in, and else the one that it is for. */
function appliedToPut(voucher: Voucher, put: { appliedAt: Date | null; storeId: number | null }) {
  const { appliedAt, storeId } = put
  // Wall-clock times have whole seconds.
  const same = appliedAt && voucher.appliedAt && Math.abs(appliedAt.getTime() - voucher.appliedAt.getTime()) < 1_000
  const applied = same ? {} : { appliedAt }
  if (appliedAt) return { ...applied, appliedStoreId: storeId }
  return { ...applied, appliedStoreId: null, storeId }
}

/** Vouchers that somebody made elsewhere, or that are handed out to many. */
async function voucherBatch(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const mode = body.choice('error_processing', [1, 2]) ?? 1
  const rows = body.needObjects('vouchers', { max: maxVouchers })
  const customers = await customersOf(ctx, rows)
  const inputs: VoucherInput[] = []
  for (const row of rows) {
    const input = await readRow(ctx, row, customers)
    if (input) inputs.push(input)
  }
  if (mode === 1) body.done()
  await issueVouchers(ctx, inputs, { onRefusal: mode === 1 ? 'stop' : 'skip' })
  return noContent
}

const maxVouchers = 1_000

async function customersOf(ctx: Ctx, rows: readonly Fields[]): Promise<ReadonlySet<number>> {
  const ids = rows.flatMap((row) => {
    const text = row.value('customer_id')
    return typeof text === 'string' ? (ctx.ids.read('customer', ctx.tenant.id, text) ?? []) : []
  })
  const customers = await getCustomers(ctx, [...new Set(ids)])
  return new Set(customers.filter((customer) => customer.state !== 'erased').map((customer) => customer.id))
}

const rowFields = [
  'reward_id',
  'customer_id',
  'store_id',
  'code',
  'value',
  'applied_date',
  'valid_from',
  'valid_to',
] as const

/** Undefined for a row with a fault. */
async function readRow(ctx: Ctx, row: Fields, customers: ReadonlySet<number>): Promise<VoucherInput | undefined> {
  const value = row.number('value', { min: 0, max: 1_000_000_000 })
  const customerId = row.needId('customer_id', 'customer')
  if (customerId !== 0 && !customers.has(customerId)) row.refuse('customer_id', 'not_found')
  const read = {
    reward_id: row.needId('reward_id', 'reward') || undefined,
    customer_id: customers.has(customerId) ? customerId : undefined,
    store_id: await storeOf(ctx, row),
    code: row.text('code', { max: 100, pattern: /^\S(?:.*\S)?$/ }),
    value: value === undefined ? undefined : toMinor(value, currencyScale(ctx.tenant.currency)),
    applied_date: row.time('applied_date'),
    valid_from: row.time('valid_from'),
    valid_to: row.time('valid_to'),
  }
  const note = row.text('note')
  const faulty = rowFields.some((field) => row.has(field) && row.value(field) !== '' && read[field] === undefined)
  if (faulty || read.reward_id === undefined || read.customer_id === undefined) return undefined
  return {
    rewardId: read.reward_id,
    customerId: read.customer_id,
    ...(read.store_id === undefined ? {} : { storeId: read.store_id }),
    ...(read.code === undefined ? {} : { code: read.code }),
    ...(read.value === undefined ? {} : { valueMinor: read.value }),
    ...(read.applied_date === undefined ? {} : { appliedAt: read.applied_date }),
    ...(read.valid_from === undefined ? {} : { validFrom: read.valid_from }),
    ...(read.valid_to === undefined ? {} : { validTo: read.valid_to }),
    ...(note === undefined ? {} : { note }),
  }
}
