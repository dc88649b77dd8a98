import {
  addSourceRecord,
  type Customer,
  countSourceRecords,
  listAddresses,
  listSourceRecords,
  putAddress,
  type SourceRecord,
  setAttributes,
} from '../../../core/customers/index.ts'
import { listReferenceItems } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { readBatch } from '../batch.ts'
import type { Call, Routes } from '../call.ts'
import { addressRow, homeOf, readAddress } from '../customer.ts'
import { type Answer, created, idOf, listOf, noContent, ok, pageOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerFilter, customerInPath, isApp, ownCustomer } from '../people.ts'
import { listCustomerProperties, readRecord, recordRows } from '../properties.ts'
import { findSourceById, readSource } from '../sources.ts'

/** What hangs on a customer: where they come from, their properties, further addresses. */
export function customerRecordRoutes(routes: Routes): void {
  sourceRecordRoutes(routes)
  propertyRecordRoutes(routes)
  addressRoutes(routes)
}

function sourceRecordRoutes(routes: Routes): void {
  routes.get('/customer-source-records', 'both', async (call) => sourceRecordPage(call, await customerFilter(call)))

  routes.get('/customers/:customer_id/customer-source-records', 'both', async (call) =>
    sourceRecordPage(call, (await customerInPath(call)).id),
  )

  routes.post('/customers/:customer_id/customer-source-records', 'both', async (call) => {
    const customer = await customerInPath(call)
    const source = await readSource(call.ctx, call.body.needObject('customer_source_record'))
    call.body.done()
    const record = await addSourceRecord(call.ctx, {
      customerId: customer.id,
      source: source.code,
      externalId: source.externalId,
    })
    return created({ customer_source_record_id: idOf(call.ctx, 'sourceRecord', record.id) })
  })
}

const pageSize = 1_000

const sourceFields = {
  customer_source_id: 'source',
  customer_id: 'customerId',
  external_id: 'externalId',
  last_change: 'createdAt',
} as const

async function sourceRecordPage(call: Call, customerId: number | undefined): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('customerSourceRecords'))
  const sourceId = query.text('customer_source_id')
  const externalIds = query.list('external_ids') ?? query.list('external_id')
  query.done()
  const source = sourceId === undefined ? undefined : await findSourceById(ctx, sourceId)
  if (sourceId !== undefined && !source) return listOf('customer_source_records', [], 0)
  const filter = {
    ...(customerId === undefined ? {} : { customerId }),
    ...(source ? { source: source.code } : {}),
    ...(externalIds ? { externalIds } : {}),
  }
  const order = {
    orderBy: sourceFields[page.sortField as keyof typeof sourceFields] ?? 'id', // a field of the list
    descending: page.descending,
  }
  const records: SourceRecord[] = []
  for (let read = 0; read < page.limit; read += pageSize) {
    const limit = Math.min(pageSize, page.limit - read)
    records.push(...(await listSourceRecords(ctx, { ...filter, ...order, offset: page.offset + read, limit })))
    if (records.length < read + limit) break
  }
  const rows = await sourceRecordRows(ctx, records)
  return listOf('customer_source_records', rows, await countSourceRecords(ctx, filter))
}

async function sourceRecordRows(ctx: Ctx, records: readonly SourceRecord[]) {
  const ids = new Map((await listReferenceItems(ctx, 'customer_source')).map((item) => [item.code, item.id]))
  return records.map((record) => {
    const sourceId = ids.get(record.source)
    return {
      customer_source_record_id: idOf(ctx, 'sourceRecord', record.id),
      customer_source_id: sourceId === undefined ? null : idOf(ctx, 'reference', sourceId),
      customer_id: idOf(ctx, 'customer', record.customerId),
      external_id: record.externalId,
      last_change: timeOf(ctx, record.createdAt),
    }
  })
}

function propertyRecordRoutes(routes: Routes): void {
  // An app leaves the customer's id out: it is the one who is signed in.
  for (const [base, access] of [
    ['/customers/:customer_id/property-records', 'both'],
    ['/customers/property-records', 'customer'],
  ] as const) {
    routes.get(base, access, listProperties)
    routes.post(base, access, addProperty)
    routes.post(`${base}/batch`, access, putProperties)
    routes.put(`${base}/:property_record_id`, access, replaceProperty)
    routes.delete(`${base}/:property_record_id`, access, async (call) => {
      const { customer, code } = await recordInPath(call)
      await setAttributes(call.ctx, { customerId: customer.id, values: { [code]: null } })
      return noContent
    })
  }
}

function customerOf(call: Call): Promise<Customer> {
  if (call.params.customer_id !== undefined || !isApp(call)) return customerInPath(call)
  const params = { ...call.params, customer_id: idOf(call.ctx, 'customer', ownCustomer(call)) }
  return customerInPath({ ...call, params })
}

async function listProperties(call: Call): Promise<Answer> {
  const { ctx } = call
  const page = call.query.page(fieldsOf('propertyRecords'))
  call.query.done()
  const customer = await customerOf(call)
  const owner = { id: idOf(ctx, 'customer', customer.id), values: customer.attributes, changedAt: customer.updatedAt }
  const rows = recordRows(ctx, await listCustomerProperties(ctx), owner)
  return pageOf('property_records', rows, page)
}

function recordId(ctx: Ctx, code: string, customer: Customer): string {
  return `${code}:${idOf(ctx, 'customer', customer.id)}`
}

async function addProperty(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const customer = await customerOf(call)
  const record = body.needObject('property_record')
  const [code, value] = readRecord(record, await listCustomerProperties(ctx))
  if (!record.has('property_value')) record.refuse('property_value', 'required')
  const known = customer.attributes[code]
  if (known !== undefined && known !== null) record.refuse('property_id', 'already_exists')
  body.done()
  await setAttributes(ctx, { customerId: customer.id, values: { [code]: value } })
  return created({ property_record_id: recordId(ctx, code, customer) })
}

async function replaceProperty(call: Call): Promise<Answer> {
  const { customer, code } = await recordInPath(call)
  const record = call.body.needObject('property_record')
  const [told, value] = readRecord(record, await listCustomerProperties(call.ctx))
  if (told !== code && told !== '') record.refuse('property_id', 'not_allowed_value')
  call.body.done()
  await setAttributes(call.ctx, { customerId: customer.id, values: { [code]: value } })
  return noContent
}

/** `p1_note:<customer id>`: it must name this customer and a property that has a value. */
async function recordInPath(call: Call): Promise<{ customer: Customer; code: string }> {
  const customer = await customerOf(call)
  const text = call.params.property_record_id ?? ''
  const code = text.slice(0, Math.max(0, text.lastIndexOf(':')))
  const value = Object.hasOwn(customer.attributes, code) ? customer.attributes[code] : undefined
  const isProperty = (await listCustomerProperties(call.ctx)).some((property) => property.code === code)
  const isThis = text.toLowerCase() === recordId(call.ctx, code, customer).toLowerCase()
  if (!isThis || !isProperty || value === undefined || value === null) throw notFound('property-records', text)
  return { customer, code }
}

/** Writes many; with error_processing 2 the wrong ones are left out, without it one wrong refuses all. */
async function putProperties(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const customer = await customerOf(call)
  const properties = await listCustomerProperties(ctx)
  const { rows } = await readBatch(body, 'property_records', (record) => readRecord(record, properties))
  if (rows.length === 0) return noContent
  await setAttributes(ctx, { customerId: customer.id, values: Object.fromEntries(rows) })
  return noContent
}

function addressRoutes(routes: Routes): void {
  const base = '/customers/:customer_id/addresses'
  routes.get(base, 'both', async (call) => {
    const page = call.query.page(fieldsOf('additionalAddresses'))
    const type = call.query.text('customer_address_type_id')
    call.query.done()
    const customer = await customerInPath(call)
    const rows = (await furtherAddresses(call.ctx, customer))
      .filter((address) => type === undefined || address.kind === type)
      .map((address) => additionalRow(call.ctx, address))
    return pageOf('addresses', rows, page)
  })

  routes.post(base, 'both', async (call) => {
    const customer = await customerInPath(call)
    const told = readAdditional(call)
    const address = await putAddress(call.ctx, { ...told, customerId: customer.id })
    return created({ additional_address_id: idOf(call.ctx, 'address', address.id) })
  })

  routes.get(`${base}/:address_id`, 'both', async (call) =>
    ok(additionalRow(call.ctx, (await addressInPath(call)).address)),
  )

  routes.put(`${base}/:address_id`, 'both', async (call) => {
    const { customer, address } = await addressInPath(call)
    const told = readAdditional(call)
    await putAddress(call.ctx, { ...told, customerId: customer.id, id: address.id })
    return noContent
  })
}

type AddressOf = Awaited<ReturnType<typeof listAddresses>>[number]

async function furtherAddresses(ctx: Ctx, customer: Customer): Promise<AddressOf[]> {
  const all = await listAddresses(ctx, customer.id)
  const own = homeOf(all)
  return all.filter((address) => address !== own)
}

async function addressInPath(call: Call): Promise<{ customer: Customer; address: AddressOf }> {
  const customer = await customerInPath(call)
  const id = call.pathId('address_id', 'address')
  const address = (await furtherAddresses(call.ctx, customer)).find((candidate) => candidate.id === id)
  if (!address) throw notFound('addresses', call.params.address_id ?? '')
  return { customer, address }
}

function readAdditional({ body }: Call) {
  const input = body.needObject('additional_address')
  const kind = input.needText('address_type', { max: 100 })
  const address = readAddress(input.needObject('address'))
  body.done()
  return { kind, ...address }
}

function additionalRow(ctx: Ctx, address: AddressOf) {
  return {
    additional_address_id: idOf(ctx, 'address', address.id),
    address_type: address.kind,
    address: addressRow(address),
  }
}
