import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { hashPassword, verifyPassword } from '../../platform/passwords.ts'
import { findCustomerByIdentity, getCustomer } from './service.ts'
import { findPasswordHash, setPasswordHash } from './store.ts'
import type { Claim, Customer } from './types.ts'

// The shortest that a documented sign-up of an app uses; guessing is slowed where passwords are tried.
const minLength = 5
const maxLength = 200

/** Refuses `password.weak` below 5 and above 200 characters. */
export async function setCustomerPassword(ctx: Ctx, command: { customerId: number; password: string }): Promise<void> {
  const { length } = command.password
  if (length < minLength || length > maxLength) throw new DomainError('password.weak', { minLength, maxLength })
  const hash = await hashPassword(command.password)
  await transact(ctx, async (ctx) => {
    const { id, state } = await getCustomer(ctx, command.customerId)
    if (state === 'erased') throw new DomainError('customer.erased', { id })
    await setPasswordHash(ctx, id, hash)
    await emitChanges(ctx, [
      { entity: 'customer', entityId: id, customerId: id, operation: 'updated', data: { fields: ['password'] } },
    ])
  })
}

/** The customer when the password is theirs. Takes as long for somebody unknown. */
export async function verifyCustomerPassword(
  ctx: Ctx,
  command: { identity: Claim; password: string },
): Promise<Customer | undefined> {
  const customer = await findCustomerByIdentity(ctx, command.identity)
  return (await isPasswordOf(ctx, { customerId: customer?.id, password: command.password })) ? customer : undefined
}

/** Whether the password is this customer's. Takes as long for nobody. */
export async function isPasswordOf(
  ctx: Ctx,
  command: { customerId: number | undefined; password: string },
): Promise<boolean> {
  const { customerId, password } = command
  const hash = customerId === undefined ? null : await findPasswordHash(ctx, customerId)
  return verifyPassword(hash, password)
}
