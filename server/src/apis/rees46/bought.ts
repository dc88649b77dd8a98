// What a person bought, as far as the caller may know.
import type { Customer } from '../../core/customers/index.ts'
import { type BehaviourEvent, type Device, listEvents } from '../../core/events/index.ts'
import { listPurchases } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Caller, readDid, requireDevice } from './auth.ts'
import { isConfirmedDevice } from './people.ts'

const maxLines = 200

/** The products of the last order, in the order they were told. */
export async function lastOrderCodes(caller: Caller, customer: Customer): Promise<string[]> {
  return mayReadPurchases(caller, customer)
    ? lastBought(caller.ctx, customer.id)
    : lastTold(caller.ctx, await requireDevice(caller))
}

export async function hasBought(caller: Caller, customer: Customer): Promise<boolean> {
  if ((await lastOrderCodes(caller, customer)).length > 0) return true
  if (!mayReadPurchases(caller, customer)) return false
  // A sale may be known by its total alone.
  const { items } = await listPurchases(caller.ctx, { customerId: customer.id, kind: 'sale', limit: 1 })
  return items.length > 0
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
