import type { FastifyInstance } from 'fastify'
import { findProductsByCodes, type Product } from '../../../core/catalog/index.ts'
import type { Customer } from '../../../core/customers/index.ts'
import { type BehaviourEvent, type Device, listEvents } from '../../../core/events/index.ts'
import { listPurchases } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readRecord } from '../../http/values.ts'
import { authenticate, type Caller, readDid, requireDevice, requireSecret } from '../auth.ts'
import { parseJson } from '../decode.ts'
import { encodeProduct } from '../encode.ts'
import { findPerson, isConfirmedDevice } from '../people.ts'
import { syncOrders } from '../synced-order.ts'

const maxOrders = 5_000
const maxLines = 200

export function orderRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.post('/sync/orders', async (request) => {
    const caller = await authenticate(server, request)
    requireSecret(caller)
    const orders = readOrders(caller.params.orders)
    const rejected = await syncOrders(caller.ctx, orders)
    // The vendor takes any order and checks later. We check now, and say which ones were not understood.
    return { status: 'success', payload: { accepted: orders.length - rejected.length, rejected } }
  })

  app.get('/orders/last_for_user', async (request) => {
    const caller = await authenticate(server, request)
    const customer = await findPerson(caller)
    if (!customer) return []
    const codes = mayReadPurchases(caller, customer)
      ? await lastBought(caller.ctx, customer.id)
      : await lastTold(caller.ctx, await requireDevice(caller))
    const products = await findProductsByCodes(caller.ctx, codes)
    return codes.map((code) => encodeBought(code, products.get(code), caller.ctx))
  })
}

function readOrders(value: unknown): unknown[] {
  const orders = typeof value === 'string' ? parseJson(value) : value
  const list = Array.isArray(orders) ? orders : Object.values(readRecord(orders) ?? {})
  if (orders === undefined || list.length > maxOrders) throw new DomainError('request.invalid', { field: 'orders' })
  return list
}

/**
 * Anybody can have said an address on a device before its owner came: such a device is shown what it told itself. The
 * person's purchases are for the shop, and for a device that the shop has named together with the person.
 */
function mayReadPurchases(caller: Caller, customer: Customer): boolean {
  return caller.trusted || isConfirmedDevice(customer, readDid(caller.params))
}

async function lastBought(ctx: Ctx, customerId: number): Promise<string[]> {
  const [{ items }, tracked] = await Promise.all([
    listPurchases(ctx, { customerId, kind: 'sale', limit: 1, withLines: true }),
    listEvents(ctx, { customerId, types: ['purchased'], limit: maxLines }),
  ])
  const [purchase] = items
  const newest = tracked[0]
  if (purchase && (!newest || purchase.occurredAt >= newest.occurredAt || newest.data.number === purchase.number)) {
    return unique((purchase.lines ?? []).map((line) => line.code))
  }
  return newestOrder(tracked)
}

async function lastTold(ctx: Ctx, device: Device): Promise<string[]> {
  const told = await listEvents(ctx, { customerId: device.customerId, types: ['purchased'], limit: maxLines })
  return newestOrder(told.filter((event) => event.deviceId === device.id))
}

/** In the order they were told; events come newest first. */
function newestOrder(bought: readonly BehaviourEvent[]): string[] {
  const order = bought.filter((event) => event.data.number === bought[0]?.data.number)
  return unique(order.reverse().flatMap((event) => event.productCode ?? []))
}

const unique = (codes: readonly string[]) => [...new Set(codes)]

/** A product that the catalogue does not have is shown by its id alone. */
function encodeBought(code: string, product: Product | undefined, ctx: Ctx): Record<string, unknown> {
  return product ? encodeProduct(product, ctx.tenant) : { id: code, uniqid: code, name: '', price: 0 }
}
