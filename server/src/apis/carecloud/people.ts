import { type Customer, findCustomerById, getCustomers } from '../../core/customers/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Call } from './call.ts'
import { invalidParam, notFound } from './errors.ts'

/** May this call see the customer? At the customer interface only the one who is signed in. */
function mayReach(call: Call, customerId: number): boolean {
  return !isApp(call) || call.session.customerId === customerId
}

/** True at the customer interface, where an app acts for one customer. */
export function isApp(call: Call): boolean {
  return call.session.actor.kind !== 'key'
}

/** Found and within reach; erased ones are gone. */
export async function findReachable(call: Call, id: number | undefined): Promise<Customer | undefined> {
  if (id === undefined || !mayReach(call, id)) return undefined
  const customer = await findCustomerById(call.ctx, id)
  return customer?.state === 'erased' ? undefined : customer
}

/** The customer that the path is about. */
export async function customerInPath(call: Call): Promise<Customer> {
  const text = call.params.customer_id ?? ''
  const customer = await findReachable(call, call.ctx.ids.read('customer', call.ctx.tenant.id, text))
  if (!customer) throw notFound('customers', text)
  return customer
}

/** The customer that a body names; an unknown one is a fault of the field. */
export async function customerInBody(call: Call, name = 'customer_id'): Promise<number> {
  const id = call.body.needId(name, 'customer')
  call.body.done()
  const customer = await findReachable(call, id)
  if (!customer) throw invalidParam(name, 'not_found', call.body.value(name))
  return customer.id
}

/** The required `customer_id` of a query. An app may leave it out: it is the one who is signed in. */
export async function customerInQuery(call: Call): Promise<number> {
  if (isApp(call) && call.query.text('customer_id') === undefined) return ownCustomer(call)
  const id = call.query.needId('customer_id', 'customer')
  call.query.done()
  const customer = await findReachable(call, id)
  if (!customer) throw invalidParam('customer_id', 'not_found', call.query.text('customer_id'))
  return customer.id
}

/** The customer that a list is narrowed to: undefined for all, which an app never gets. */
export async function customerFilter(call: Call): Promise<number | undefined> {
  const asked = call.query.id('customer_id', 'customer')
  if (!isApp(call)) return asked === undefined ? undefined : survivorOf(call.ctx, asked)
  const own = ownCustomer(call)
  return asked === undefined || asked === own ? own : -1
}

// A client may still know the id of a customer that was merged into another.
async function survivorOf(ctx: Ctx, id: number): Promise<number> {
  if (id < 0) return id
  const [customer] = await getCustomers(ctx, [id])
  if (customer?.state !== 'merged') return id
  return (await findCustomerById(ctx, id))?.id ?? id
}

/** The customer who is signed in on the app. */
export function ownCustomer(call: Call): number {
  const id = call.session.customerId
  if (id === undefined) throw invalidParam('customer_id', 'not_belong_to_logged_in_customer')
  return id
}
