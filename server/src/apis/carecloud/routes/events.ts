import { findCustomerByIdentity } from '../../../core/customers/index.ts'
import { type EventRecord, listOwnEvents, recordOwnEvent } from '../../../core/events/index.ts'
import { listReferenceItems, type ReferenceItem } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { cleanJson } from '../../../platform/text.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { type Answer, contains, created, idOf, listOf, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { inLanguage } from '../languages.ts'
import { internationalPhone } from '../passwords.ts'
import { customerFilter, customerInPath, findReachable, isApp, ownCustomer } from '../people.ts'
import { propertyRow, readRecord, recordRows } from '../properties.ts'
import { readSource } from '../sources.ts'

/** Events of the shop's own types, which start its automation: their types, and what happened to whom. */
export function eventRoutes(routes: Routes): void {
  typeRoutes(routes)
  routes.post('/events', 'both', postEvent)
  routes.get('/events', 'both', async (call) => eventPage(call, 'events', await customerFilter(call)))
  routes.get('/customers/:customer_id/events', 'both', async (call) =>
    eventPage(call, 'customer_events', (await customerInPath(call)).id),
  )
  routes.get('/events/:event_id', 'both', async (call) => {
    const event = await eventInPath(call)
    return ok(eventRow(call.ctx, event, await listReferenceItems(call.ctx, 'event_property')))
  })
  routes.get('/events/:event_id/property-records', 'both', async (call) => {
    const event = await eventInPath(call)
    const rows = recordsOf(call.ctx, event, await listReferenceItems(call.ctx, 'event_property'))
    return ok({ property_records: rows, total_items: rows.length })
  })
}

function typeRoutes(routes: Routes): void {
  routes.get('/event-types', 'both', async ({ ctx, query, languages }) => {
    const page = query.page(fieldsOf('eventTypes'))
    const [name, textId, groups] = [query.text('name'), query.text('text_id'), query.list('event_group_text_id')]
    query.done()
    const rows = (await typeRows(ctx, languages)).filter(
      (row) =>
        contains(row.name, name) &&
        (textId === undefined || row.text_id === textId) &&
        (groups === undefined || groups.includes(row.event_group_text_id)),
    )
    return pageOf('event_types', rows, page)
  })

  routes.get('/event-types/:event_type_id', 'both', async (call) => {
    const type = await typeInPath(call)
    const row = (await typeRows(call.ctx, call.languages)).find(
      (one) => one.event_type_id === idOf(call.ctx, 'reference', type.id),
    )
    return ok(row ?? {})
  })

  routes.get('/event-types/:event_type_id/event-properties', 'both', async (call) => {
    const page = call.query.page(fieldsOf('properties'))
    call.query.done()
    const properties = await propertiesOf(call.ctx, await typeInPath(call))
    const rows = properties.map((property) => propertyRow(call.ctx, property))
    return pageOf('event_properties', rows, page)
  })
}

async function typeRows(ctx: Ctx, languages: readonly string[]) {
  const groups = new Map((await listReferenceItems(ctx, 'event_group')).map((group) => [group.code, group]))
  return (await listReferenceItems(ctx, 'event_type')).map((item) => {
    const type = inLanguage(item, languages)
    const group = groups.get(String(type.data.group ?? ''))
    return {
      event_type_id: idOf(ctx, 'reference', type.id),
      event_group_id: group ? idOf(ctx, 'reference', group.id) : '',
      event_group_text_id: group?.code ?? '',
      name: type.name,
      text_id: type.code,
      icon_name: typeof type.data.icon === 'string' ? type.data.icon : null,
      state: stateOf(type.state),
    }
  })
}

async function typeInPath(call: Call): Promise<ReferenceItem> {
  const id = call.pathId('event_type_id', 'reference')
  const type = (await listReferenceItems(call.ctx, 'event_type')).find((candidate) => candidate.id === id)
  if (!type) throw notFound('event-types', call.params.event_type_id ?? '')
  return type
}

/** The properties that events of a type may carry: those it names, or all of them where it names none. */
async function propertiesOf(ctx: Ctx, type: ReferenceItem): Promise<ReferenceItem[]> {
  const all = await listReferenceItems(ctx, 'event_property')
  const named = type.data.properties
  return Array.isArray(named) ? all.filter((property) => named.includes(property.code)) : all
}

async function postEvent(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const event = body.needObject('event')
  const typeId = event.needId('event_type_id', 'reference')
  const type = (await listReferenceItems(ctx, 'event_type')).find((candidate) => candidate.id === typeId)
  if (!type && typeId !== 0) event.refuse('event_type_id', 'not_found')
  const externalId = event.needText('external_id', { max: 255 })
  const secondaryExternalId = event.text('secondary_external_id', { max: 255 }) ?? null
  const data = readData(event)
  const occurredAt = event.time('created_at')
  const properties = await readProperties(ctx, body, type)
  const customerId = await readCustomer(call, event)
  body.done()
  const told = { typeId, type: type?.code ?? '', customerId, externalId, secondaryExternalId, data, properties }
  const id = await recordOwnEvent(ctx, { ...told, ...(occurredAt ? { occurredAt } : {}) })
  return created({ event_id: idOf(ctx, 'event', id) })
}

/** Text (with JSON or without), an array or an object. */
function readData(event: Fields): unknown {
  const data = event.value('data')
  if (data === undefined) return null
  if (typeof data === 'string' || (typeof data === 'object' && data !== null)) return cleanJson(data)
  event.refuse('data', 'invalid_value_format', 'must be a text, an array or an object')
  return null
}

async function readProperties(ctx: Ctx, body: Fields, type: ReferenceItem | undefined) {
  const records = body.objects('property_records', { max: 200 })
  const known = type && records.length > 0 ? await propertiesOf(ctx, type) : []
  return Object.fromEntries(records.map((record) => readRecord(record, known)))
}

/** By its id or by what identifies it, never both: then nobody could say who is meant. An app's own customer is implied. */
async function readCustomer(call: Call, event: Fields): Promise<number> {
  const [byId, byOther] = [
    event.has('customer_id'),
    event.has('customer_identifier_type') || event.has('customer_identifier_value'),
  ]
  if (byId && byOther) event.refuse('customer_identifier_type', 'not_allowed_value', 'is sent beside customer_id')
  if (byId && byOther) return 0
  if (!byId && !byOther) {
    if (isApp(call)) return ownCustomer(call)
    event.refuse('customer_id', 'required')
    return 0
  }
  const id = byId ? event.needId('customer_id', 'customer') : await identified(call, event)
  const customer = id === undefined || id === 0 ? undefined : await findReachable(call, id)
  if (!customer && id !== 0) event.refuse(byId ? 'customer_id' : 'customer_identifier_value', 'not_found')
  return customer?.id ?? 0
}

/** 0 for a fault that is named already, undefined for nobody. */
async function identified(call: Call, event: Fields): Promise<number | undefined> {
  const kind = event.needChoice('customer_identifier_type', ['email', 'phone', 'external_id'])
  if (kind === 'external_id') {
    const value = event.needObject('customer_identifier_value')
    const source = await readSource(call.ctx, value)
    const externalId = value.needText('external_id', { max: 255 })
    if (source.code === '' || externalId === '') return 0
    const claim = { kind: 'external', source: source.code, value: externalId } as const
    return (await findCustomerByIdentity(call.ctx, claim))?.id
  }
  const value = event.needText('customer_identifier_value', { max: 254 })
  if (value === '') return 0
  const claim = { kind, value: kind === 'phone' ? internationalPhone(value) : value }
  return (await findCustomerByIdentity(call.ctx, claim))?.id
}

const sortable = {
  event_id: 'id',
  event_type_id: 'typeId',
  customer_id: 'customerId',
  created_at: 'occurredAt',
  external_id: 'externalId',
  secondary_external_id: 'secondaryExternalId',
} as const

async function eventPage(call: Call, key: string, customerId: number | undefined): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('events'))
  const typeIds = query.ids('event_type_ids', 'reference') ?? query.ids('event_type_id', 'reference')
  const externalId = query.text('external_id')
  const withProperties = query.boolean('include_property_records') ?? false
  const [from, to] = [query.time('time_from'), query.time('time_to')]
  query.done()
  const { items, total } = await listOwnEvents(ctx, {
    ...(customerId === undefined ? {} : { customerId }),
    ...(typeIds === undefined ? {} : { typeIds }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(from ? { from } : {}),
    ...(to ? { to: new Date(to.getTime() + 1_000) } : {}), // the last second named is part of the interval
    orderBy: sortable[page.sortField as keyof typeof sortable] ?? 'occurredAt', // of the fields that query.page lets through, those that sort
    descending: page.descending,
    offset: page.offset,
    limit: page.limit,
  })
  const properties = withProperties ? await listReferenceItems(ctx, 'event_property') : undefined
  return listOf(
    key,
    items.map((event) => eventRow(ctx, event, properties)),
    total,
  )
}

async function eventInPath(call: Call): Promise<EventRecord> {
  const id = call.pathId('event_id', 'event')
  const { items } = await listOwnEvents(call.ctx, { ids: [id], offset: 0, limit: 1 })
  const event = items[0]
  const hidden = isApp(call) && event?.customerId !== call.session.customerId
  if (!event || hidden) throw notFound('events', call.params.event_id ?? '')
  return event
}

/** `properties` undefined: the records were not asked for. */
function eventRow(ctx: Ctx, event: EventRecord, properties: readonly ReferenceItem[] | undefined) {
  return {
    event_id: idOf(ctx, 'event', event.id),
    event_type_id: idOf(ctx, 'reference', event.typeId),
    customer_id: idOf(ctx, 'customer', event.customerId),
    external_id: event.externalId,
    data: event.data,
    created_at: timeOf(ctx, event.occurredAt),
    secondary_external_id: event.secondaryExternalId,
    state: 1,
    property_records: properties ? recordsOf(ctx, event, properties) : null,
  }
}

function recordsOf(ctx: Ctx, event: EventRecord, properties: readonly ReferenceItem[]) {
  const owner = { id: idOf(ctx, 'event', event.id), values: event.properties, changedAt: event.occurredAt }
  return recordRows(ctx, properties, owner)
}
