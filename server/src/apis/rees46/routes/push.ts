import type { FastifyInstance } from 'fastify'
import { behaviourTypes, type CollectionChange, type CollectionKind, recordEvents } from '../../../core/events/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readEpoch } from '../../http/times.ts'
import { readBoolean, readInteger, readRecord, readText } from '../../http/values.ts'
import { authenticate, type Caller, type Params, readDid, requireDevice } from '../auth.ts'
import { parseJson, readContext, readItems, readSession, requireItems, requireText } from '../decode.ts'
import { success } from '../encode.ts'
import { identifyTrusted, readClaims } from '../people.ts'
import { itemEvents, plainEvent, type Scene } from '../scene.ts'
import { trackPurchase } from '../tracked-purchase.ts'

export function pushRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.post('/push', { config: { quiet: true } }, async (request) => {
    await push(await authenticate(server, request))
    return success
  })
  app.post('/push/custom', { config: { quiet: true } }, async (request) => {
    await pushCustom(await authenticate(server, request))
    return success
  })
}

async function push(caller: Caller): Promise<void> {
  const { ctx, params } = caller
  // Refused before anything is looked up, in the vendor's order: the device, then the event.
  if (!caller.trusted && readDid(params) === undefined) {
    throw new DomainError('request.unauthenticated', { field: 'did' })
  }
  const event = readText(params.event) ?? ''
  const handler = Object.hasOwn(handlers, event) ? handlers[event] : undefined
  if (!handler) throw new DomainError('request.invalid', { field: 'event' })
  const context = readContext(params)
  await handler(ctx, params, async () => ({
    ...(await whoDidIt(caller)),
    session: readSession(params) ?? null,
    context,
  }))
}

/** The shop itself may name a person without a device. */
async function whoDidIt(caller: Caller): Promise<{ customerId: number; deviceId: number | null }> {
  if (readDid(caller.params) !== undefined) {
    const device = await requireDevice(caller)
    return { customerId: device.customerId, deviceId: device.id }
  }
  const claims = readClaims(caller.ctx, caller.params, { strict: true })
  if (claims.length === 0) throw new DomainError('request.unauthenticated', { field: 'did' })
  return { customerId: (await identifyTrusted(caller.ctx, caller.params, claims)).id, deviceId: null }
}

type Handler = (ctx: Ctx, params: Params, scene: () => Promise<Scene>) => Promise<void>

const handlers: Readonly<Record<string, Handler>> = {
  view: async (ctx, params, scene) => {
    const items = requireItems(params)
    await recordEvents(ctx, itemEvents('product_viewed', items, await scene()))
  },
  category: async (ctx, params, scene) => {
    const category = requireText(params, 'category_id')
    await recordEvents(ctx, [plainEvent('category_viewed', { category }, await scene())])
  },
  search: async (ctx, params, scene) => {
    const query = requireText(params, 'search_query', 1_000)
    const results = readText(params.results)?.slice(0, 5_000)
    await recordEvents(ctx, [plainEvent('searched', { query, results }, await scene())])
  },
  cart: collects('cart', { type: 'cart_added', fullFlag: 'full_cart' }),
  wish: collects('wish', { type: 'wish_added', fullFlag: 'full_wish' }),
  remove_from_cart: removes('cart', 'cart_removed'),
  remove_wish: removes('wish', 'wish_removed'),
  purchase: async (ctx, params, scene) => {
    const items = requireItems(params)
    await trackPurchase(ctx, params, items, scene)
  },
  recone_view: campaignEvent('campaign_viewed', ['campaign', 'inventory', 'position']),
  recone_click: campaignEvent('campaign_clicked', ['campaign', 'inventory', 'position']),
  banner_view: campaignEvent('banner_viewed', ['banner_id']),
  banner_click: campaignEvent('banner_clicked', ['banner_id']),
}

/** Adds, or with the flag replaces: then an empty list clears. */
function collects(kind: CollectionKind, how: { type: string; fullFlag: string }): Handler {
  return async (ctx, params, scene) => {
    const replaces = readBoolean(params[how.fullFlag]) === true
    const empties = replaces && params.items === undefined && params.item_id === undefined
    const items = empties ? [] : replaces && isEmptyList(params.items) ? [] : requireItems(params)
    const who = await scene()
    const change: CollectionChange = {
      customerId: who.customerId,
      kind,
      action: replaces ? 'replace' : 'put',
      items: items.map((item) => ({ productCode: item.id, quantity: item.quantity ?? 1 })),
    }
    await recordEvents(ctx, itemEvents(how.type, items, who), [change])
  }
}

function isEmptyList(value: unknown): boolean {
  return value === '' || value === '[]' || (Array.isArray(value) && value.filter((one) => one !== '').length === 0)
}

function removes(kind: CollectionKind, type: string): Handler {
  return async (ctx, params, scene) => {
    const items = readItems(params)
    if (items.length === 0) throw new DomainError('request.invalid', { field: 'items' })
    const who = await scene()
    const change: CollectionChange = {
      customerId: who.customerId,
      kind,
      action: 'remove',
      items: items.map((item) => ({ productCode: item.id })),
    }
    await recordEvents(ctx, itemEvents(type, items, who), [change])
  }
}

function campaignEvent(type: string, fields: readonly string[]): Handler {
  return async (ctx, params, scene) => {
    const data = Object.fromEntries(fields.map((field) => [field, readText(params[field])?.slice(0, 255)]))
    await recordEvents(ctx, [plainEvent(type, data, await scene())])
  }
}

const reserved: ReadonlySet<string> = new Set(behaviourTypes)
const maxCustomKeys = 100
const ownKeys = new Set('shop_id shop_secret did seance sid ssid event stream segment source payload time'.split(' '))

/** A shop's own events: a name and whatever it says about them. */
async function pushCustom(caller: Caller): Promise<void> {
  const { ctx, params } = caller
  const name = requireText(params, 'event', 57)
  if (params.value !== undefined && params.value !== '' && readInteger(params.value) === undefined) {
    throw new DomainError('request.invalid', { field: 'value' })
  }
  const occurredAt = params.time === undefined || params.time === '' ? undefined : readEpoch(params.time)
  if (params.time && !occurredAt) throw new DomainError('request.invalid', { field: 'time' })
  const { customerId, deviceId } = await whoDidIt(caller)
  const session = readSession(params) ?? null
  // A name that is ours would count as behaviour it is not.
  const type = reserved.has(name) ? `custom_${name}` : name
  await recordEvents(ctx, [{ type, occurredAt, customerId, deviceId, session, data: customData(params) }])
}

/** Newer clients repeat their own keys inside `payload`. */
function customData(params: Params): Record<string, unknown> {
  const payload = readRecord(typeof params.payload === 'string' ? parseJson(params.payload) : params.payload)
  const own = Object.entries({ ...payload, ...params }).filter(
    ([key, value]) => /^[a-z0-9_]{1,64}$/.test(key) && !ownKeys.has(key) && value !== undefined && value !== '',
  )
  return Object.fromEntries(own.slice(0, maxCustomKeys))
}
