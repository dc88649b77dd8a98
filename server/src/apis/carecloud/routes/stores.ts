import {
  createOrganisation,
  findOrganisation,
  listOrganisations,
  type OpeningHours,
  type Organisation,
  setOrganisationAttributes,
  updateOrganisation,
} from '../../../core/organisations/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { created, idOf, noContent, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { partnerId, readPartner } from './partners.ts'

export function storeRoutes(routes: Routes): void {
  routes.get('/stores', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('stores'))
    const visible = query.choice('visible_for_customer', ['0', '1'])
    const systemId = query.text('system_id')
    const [property, value] = [query.text('property_id'), query.text('property_value')]
    if ((property === undefined) !== (value === undefined)) {
      query.refuse(property === undefined ? 'property_id' : 'property_value', 'required')
    }
    query.done()
    const stores = await allStores(ctx)
    const wanted = stores.filter(
      (store) =>
        (visible === undefined || store.visible === (visible === '1')) &&
        (systemId === undefined || systemIdOf(store) === systemId) &&
        (property === undefined || String(store.attributes[property] ?? '') === value),
    )
    return pageOf(
      'stores',
      wanted.map((store) => storeRow(ctx, store)),
      page,
    )
  })

  routes.post('/stores', 'enterprise', async ({ ctx, body }) => {
    const { attributes, ...store } = readStore(ctx, body)
    // Where the API has no word for it, a store stands under the merchant: other APIs show stores as a merchant's.
    const merchant = (await listOrganisations(ctx, { kind: 'merchant', page: { limit: 1 } })).items[0]
    const made = await transact(ctx, async (ctx) => {
      const { id } = await createOrganisation(ctx, { ...store, kind: 'store', parentId: merchant?.id ?? null })
      return setOrganisationAttributes(ctx, { id, values: attributes })
    })
    return created({ store_id: idOf(ctx, 'organisation', made.id) })
  })

  routes.put('/stores/:store_id', 'enterprise', async (call) => {
    const { id } = await storeInPath(call)
    const { attributes, ...patch } = readStore(call.ctx, call.body)
    await transact(call.ctx, async (ctx) => {
      await updateOrganisation(ctx, { id, patch })
      // What has a resource of its own (property records, groups) and what other APIs keep of the store stays.
      await setOrganisationAttributes(ctx, { id, values: attributes })
    })
    return noContent
  })

  routes.get('/stores/:store_id', 'both', async (call) => ok(storeRow(call.ctx, await storeInPath(call))))
}

export async function storeInPath(call: Call): Promise<Organisation> {
  const id = call.pathId('store_id', 'organisation')
  const store = await findOrganisation(call.ctx, id)
  if (store?.kind !== 'store' || store.state === 'deleted') throw notFound('stores', call.params.store_id ?? '')
  return store
}

const pageSize = 1_000
const maxStores = 20_000

/** Every store; a shop has few by the measure of memory. */
async function allStores(ctx: Ctx): Promise<Organisation[]> {
  const stores: Organisation[] = []
  for (let offset = 0; offset < maxStores; offset += pageSize) {
    const { items } = await listOrganisations(ctx, { kind: 'store', page: { limit: pageSize, offset } })
    stores.push(...items)
    if (items.length < pageSize) break
  }
  return stores
}

/** Which till system the store belongs to; its own code unless it says otherwise. */
function systemIdOf(store: Organisation): string {
  return String(store.attributes.system_id ?? store.code)
}

const days = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const

export function storeRow(ctx: Ctx, store: Organisation) {
  const { address } = store
  return {
    store_id: idOf(ctx, 'organisation', store.id),
    store_code: store.code,
    name: store.name,
    store_address: {
      address1: address.line1 ?? null,
      address2: address.line2 ?? null,
      ...Object.fromEntries(lineNames.map((name) => [name, furtherLine(store, name)])),
      zip: address.postalCode ?? null,
      city: address.city ?? null,
      country_code: address.country?.toLowerCase() ?? null,
    },
    contact_email: store.email,
    manager_name: store.attributes.manager_name ?? null,
    phone_number: store.phone,
    partner_id: partnerId(ctx),
    system_id: systemIdOf(store),
    gps_coordinates:
      store.latitude === null || store.longitude === null
        ? null
        : { gps_longitude: store.longitude, gps_latitude: store.latitude },
    url_address: store.url,
    opening: openingOf(store),
    image_urls: [],
    visibility_for_customer: store.visible ? 1 : 0,
    short_description: store.attributes.short_description ?? null,
    description: store.description,
    registration_id: store.attributes.registration_id ?? null,
    last_change: timeOf(ctx, store.updatedAt),
    state: stateOf(store.state),
  }
}

function furtherLine(store: Organisation, name: string): unknown {
  const lines = store.attributes.address_lines
  return typeof lines === 'object' && lines !== null ? ((lines as Record<string, unknown>)[name] ?? null) : null // an object has fields
}

function openingOf(store: Organisation) {
  return days.flatMap((day, index) => {
    const hours = store.openingHours.filter((one) => one.day === index + 1)
    if (hours.length === 0) return []
    return [{ day_id: day, time_intervals: hours.map((one) => ({ from: `${one.from}:00`, to: `${one.to}:00` })) }]
  })
}

/** A store as a body tells it, whole: what is not sent is empty. */
function readStore(ctx: Ctx, body: Fields) {
  const store = body.needObject('store')
  readPartner(ctx, store, { required: false })
  const address = store.object('store_address')
  const gps = store.object('gps_coordinates')
  const read = {
    code: store.needText('store_code', { max: 100, pattern: /^\S(?:.*\S)?$/ }),
    name: store.needText('name', { max: 200, pattern: /^[^\n]*\S[^\n]*$/ }),
    email: store.text('contact_email', { max: 254 }) ?? null,
    phone: store.text('phone_number', { max: 40 }) ?? null,
    url: store.text('url_address') ?? null,
    description: store.text('description') ?? null,
    address: {
      line1: address?.text('address1', { max: 200 }),
      line2: address?.text('address2', { max: 200 }),
      city: address?.text('city', { max: 200 }),
      postalCode: address?.text('zip', { max: 20 }),
      country: address?.text('country_code', { pattern: /^[a-zA-Z]{2}$/ })?.toUpperCase(),
    },
    latitude: gps?.needNumber('gps_latitude', { min: -90, max: 90 }) ?? null,
    longitude: gps?.needNumber('gps_longitude', { min: -180, max: 180 }) ?? null,
    openingHours: readOpening(store),
    visible: (store.choice('visibility_for_customer', [0, 1]) ?? 1) === 1,
    attributes: {
      system_id: store.text('system_id', { max: 100 }) ?? null,
      manager_name: store.text('manager_name', { max: 200 }) ?? null,
      registration_id: store.text('registration_id', { max: 100 }) ?? null,
      short_description: store.text('short_description') ?? null,
      address_lines: furtherLines(address),
    },
  }
  body.done()
  return read
}

const lineNames = ['address3', 'address4', 'address5', 'address6', 'address7'] as const

/** The lines of an address beyond the two that every API knows; null where there are none. */
function furtherLines(address: Fields | undefined) {
  const lines = lineNames.flatMap((name) => {
    const line = address?.text(name, { max: 200 })
    return line === undefined ? [] : [[name, line] as const]
  })
  return lines.length > 0 ? Object.fromEntries(lines) : null
}

const clock = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00(:00)?$/

function readOpening(store: Fields): OpeningHours[] {
  return store.objects('opening', { max: 7 }).flatMap((opening) => {
    const day = days.indexOf(opening.needChoice('day_id', days)) + 1
    return opening.objects('time_intervals', { max: 20 }).flatMap((interval) => {
      const from = interval.needText('from', { pattern: clock }).slice(0, 5)
      const to = interval.needText('to', { pattern: clock }).slice(0, 5)
      if (from !== '' && to !== '' && from >= to) interval.refuse('to', 'not_allowed_value')
      return [{ day, from, to }]
    })
  })
}

/** Reads `store_id`; an unknown store is a fault of the field. */
export async function storeOf(ctx: Ctx, fields: Fields): Promise<number | undefined> {
  const id = fields.id('store_id', 'organisation')
  if (id === undefined) return undefined
  const store = await findOrganisation(ctx, id)
  if (store?.kind === 'store' && store.state !== 'deleted') return store.id
  fields.refuse('store_id', 'not_found')
  return undefined
}

/** The same where the field is required. */
export async function neededStore(ctx: Ctx, fields: Fields): Promise<number> {
  fields.needText('store_id')
  return (await storeOf(ctx, fields)) ?? 0
}
