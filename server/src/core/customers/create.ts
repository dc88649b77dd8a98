import type { Ctx } from '../../platform/ctx.ts'
import { assert } from '../../platform/errors.ts'
import { cleanAttributes } from './attribute-rules.ts'
import { applyPatch, emptyProfile } from './rules.ts'
import { insertCustomers, type NewCustomer } from './store.ts'
import type { CustomerId, CustomerInput } from './types.ts'

export interface CustomerToMake extends CustomerInput {
  readonly state: NewCustomer['state']
}

/** Inserts customers without identities; ids in the order of the input. Emits nothing: the caller knows what else belongs to it. */
export async function makeCustomers(ctx: Ctx, inputs: readonly CustomerToMake[]): Promise<CustomerId[]> {
  const made: (CustomerId | undefined)[] = inputs.map(() => undefined)
  let open = inputs.map((input, position) => ({ position, customer: toNewCustomer(ctx, input) }))
  // A drawn code that is taken is drawn again; sixteen digits make even a second round rare.
  for (let round = 0; open.length > 0; round++) {
    assert(round < 20, 'twenty drawn codes in a row cannot all be taken')
    const ids = await insertCustomers(
      ctx,
      open.map((one) => one.customer),
    )
    for (const one of open) made[one.position] = ids.get(one.customer.code)
    open = open
      .filter((one) => made[one.position] === undefined)
      .map((one) => ({ ...one, customer: { ...one.customer, code: ctx.random.digits(16) } }))
  }
  return made.map((id) => {
    assert(id !== undefined, 'the loop ends when every position has its id')
    return id
  })
}

/** Whose account holds the value of a gift card: no customer to any reader, so nobody is told of it. */
export async function createBearer(ctx: Ctx): Promise<CustomerId> {
  const [id] = await makeCustomers(ctx, [{ state: 'bearer' }])
  assert(id !== undefined, 'one input makes one row')
  return id
}

function toNewCustomer(ctx: Ctx, input: CustomerToMake): NewCustomer {
  return {
    code: ctx.random.digits(16),
    state: input.state,
    profile: applyPatch(emptyProfile, input).profile,
    attributes: cleanAttributes(input.attributes ?? {}),
    createdAt: input.createdAt ?? ctx.clock.now(),
  }
}
