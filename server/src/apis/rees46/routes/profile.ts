import type { FastifyInstance } from 'fastify'
import {
  type AttributeValue,
  addIdentity,
  type CustomerPatch,
  findCustomerByIdentity,
  findEmail,
  type Gender,
  removeIdentity,
  setPrimaryIdentity,
  updateCustomer,
} from '../../../core/customers/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readDay } from '../../http/times.ts'
import { readBoolean, readInteger, readText } from '../../http/values.ts'
import { authenticate, type Params, readDid, requireSecret } from '../auth.ts'
import { hasBought } from '../bought.ts'
import { parseJson, requireText } from '../decode.ts'
import { success } from '../encode.ts'
import { findPerson, identifyCaller, readClaims } from '../people.ts'
import { encodeProfile, encodeRestrictedProfile } from '../profile-encode.ts'

export function profileRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  for (const url of ['/profile/set', '/push_attributes', '/event/push_attributes']) {
    app.post(url, async (request) => {
      const caller = await authenticate(server, request)
      const patch = readPatch(caller.params)
      const claims = readClaims(caller.ctx, caller.params, { strict: true })
      await transact(caller.ctx, async (ctx) => {
        const customer = await identifyCaller({ ...caller, ctx }, claims)
        await updateCustomer(ctx, { id: customer.id, patch })
      })
      return success
    })
  }

  app.get('/profile', async (request) => {
    const caller = await authenticate(server, request)
    const customer = await findPerson(caller)
    if (!customer) throw new DomainError('customer.not_found')
    if (caller.trusted) return encodeProfile(caller.ctx, customer)
    return encodeRestrictedProfile(customer, {
      did: readDid(caller.params),
      hasBought: await hasBought(caller, customer),
    })
  })

  app.post('/profile/force_change_email', async (request) => {
    const caller = await authenticate(server, request)
    requireSecret(caller)
    const oldEmail = requireText(caller.params, 'old_email')
    const newEmail = requireText(caller.params, 'new_email')
    requireUnderstanding(caller.params)
    await transact(caller.ctx, (ctx) => changeEmail(ctx, { oldEmail, newEmail }))
    return success
  })
}

/** Any text that does not say no counts, "believe me I know what I am doing" included. */
function requireUnderstanding(params: Params): void {
  const given = params.i_understand_what_i_am_doing
  if (given === undefined || given === null || readBoolean(given) === false) {
    throw new DomainError('request.invalid', { field: 'i_understand_what_i_am_doing' })
  }
}

/** The old address is renamed; whoever had the new one loses it. Refuses `customer.not_found`. */
async function changeEmail(ctx: Ctx, given: { oldEmail: string; newEmail: string }): Promise<void> {
  const newEmail = findEmail(given.newEmail)
  if (!newEmail) throw new DomainError('email.invalid', { field: 'new_email' })
  const oldEmail = findEmail(given.oldEmail)
  const owner = oldEmail && (await findCustomerByIdentity(ctx, { kind: 'email', value: oldEmail }))
  if (!owner) throw new DomainError('customer.not_found', { field: 'old_email' })
  if (oldEmail === newEmail) return
  const loser = await findCustomerByIdentity(ctx, { kind: 'email', value: newEmail })
  const lost = loser?.identities.find((one) => one.kind === 'email' && one.value === newEmail)
  if (loser && lost && loser.id !== owner.id) {
    await removeIdentity(ctx, { customerId: loser.id, identityId: lost.id })
  }
  const renamed = owner.identities.find((one) => one.kind === 'email' && one.value === oldEmail)
  if (renamed) await removeIdentity(ctx, { customerId: owner.id, identityId: renamed.id })
  const after = await addIdentity(ctx, { customerId: owner.id, claim: { kind: 'email', value: given.newEmail } })
  const added = after.identities.find((one) => one.kind === 'email' && one.value === newEmail)
  if (renamed?.isPrimary && added) await setPrimaryIdentity(ctx, { customerId: owner.id, identityId: added.id })
}

/** Parameters that say who it is or how the call is made, not what the person is like. */
const noAttributes = new Set(
  `shop_id shop_secret did seance sid ssid stream segment email phone id external_id user_id user_email loyalty_id fb_id
   vk_id telegram_id first_name last_name middle_name gender birthday from code source event token v
   loyalty_bonuses`.split(/\s+/),
)
const maxAttributes = 200

/** Fields that are not sent stay as they are. Refuses what is no gender or no day. */
function readPatch(params: Params): CustomerPatch {
  const name = (field: string) => (params[field] === undefined ? undefined : (readText(params[field]) ?? null))
  return {
    firstName: name('first_name'),
    lastName: name('last_name'),
    middleName: name('middle_name'),
    gender: readGender(params.gender),
    birthday: readBirthday(params.birthday),
    attributes: readAttributes(params),
  }
}

function readGender(value: unknown): Gender | null | undefined {
  if (value === undefined) return undefined
  const text = readText(value)?.trim().toLowerCase() ?? ''
  if (text === '') return null
  if (text === 'm' || text === 'male') return 'male'
  if (text === 'f' || text === 'female') return 'female'
  throw new DomainError('request.invalid', { field: 'gender' })
}

function readBirthday(value: unknown): string | null | undefined {
  if (value === undefined) return undefined
  if (value === null || value === '') return null
  const day = readDay(value)
  if (!day) throw new DomainError('request.invalid', { field: 'birthday' })
  return day
}

const wholeNumbers = new Set(['age', 'loyalty_bonuses_to_next_level'])

function readAttributes(params: Params): Record<string, AttributeValue> {
  const own = Object.entries(params).filter(([key]) => /^[a-z0-9_]{1,64}$/.test(key) && !noAttributes.has(key))
  if (own.length > maxAttributes) throw new DomainError('request.invalid', { reason: 'too many properties' })
  return Object.fromEntries(own.map(([key, value]) => [key, readAttribute(key, value)]))
}

/** One client sends objects and lists as JSON text inside its JSON body. */
function readAttribute(key: string, value: unknown): AttributeValue {
  if (wholeNumbers.has(key)) return readInteger(value) ?? null
  if (key === 'bought_something') return readBoolean(value) ?? null
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    const parsed = parseJson(value)
    if (typeof parsed === 'object' && parsed !== null) return parsed as AttributeValue // any JSON is an attribute's value
  }
  if (value === undefined || value === '') return null
  return value as AttributeValue // decoded from a form or JSON, so it is a JSON value
}
