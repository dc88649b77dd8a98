import type { FastifyInstance } from 'fastify'
import {
  type Channel,
  findSuppression,
  getSubscriptions,
  history,
  type Purpose,
  setSubscriptions,
  suppress,
} from '../../../core/consent/index.ts'
import {
  findCustomerByIdentity,
  findEmail,
  getCustomers,
  primaryEmail,
  primaryPhone,
  removeIdentity,
} from '../../../core/customers/index.ts'
import { listDevices } from '../../../core/events/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readDay, startOfDay } from '../../http/times.ts'
import { readBoolean, readInteger, readText } from '../../http/values.ts'
import { authenticate, type Caller, type Params, requireSecret } from '../auth.ts'
import { requireText } from '../decode.ts'
import { success } from '../encode.ts'
import { findPerson, identifyCaller, readClaims } from '../people.ts'
import { encodeChange } from '../subscription-encode.ts'

const channels: readonly Channel[] = ['email', 'sms', 'web_push', 'mobile_push']
const purposes: readonly Purpose[] = ['bulk', 'chain', 'transactional']

export function subscriptionRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.post('/subscriptions/manage', async (request) => {
    const caller = await authenticate(server, request)
    const changes = readChanges(caller.params)
    await transact(caller.ctx, async (ctx) => {
      const customer = await identifyCaller({ ...caller, ctx }, readClaims(ctx, caller.params, { strict: true }))
      const source = caller.trusted ? 'rees46 api' : 'rees46 js_sdk'
      await setSubscriptions(ctx, { customerId: customer.id, changes, source })
    })
    return success
  })

  app.get('/subscriptions/check', async (request) => check(await authenticate(server, request)))

  app.post('/subscriptions/callback', async (request) => {
    const caller = await authenticate(server, request)
    requireSecret(caller)
    const event = requireText(caller.params, 'event')
    const email = findEmail(requireText(caller.params, 'email'))
    if (!email) throw new DomainError('email.invalid', { field: 'email' })
    await transact(caller.ctx, (ctx) => applyCallback(ctx, { email, event }))
    return success
  })

  app.get('/subscriptions/changes', async (request) => {
    const caller = await authenticate(server, request)
    requireSecret(caller)
    return changes(caller.ctx, caller.params)
  })
}

/** Only the flags that are sent change. Refuses a flag that is no boolean. */
function readChanges(params: Params) {
  return channels.flatMap((channel) =>
    purposes.flatMap((purpose) => {
      const flag = params[`${channel}_${purpose}`]
      if (flag === undefined) return []
      const subscribed = readBoolean(flag)
      if (subscribed === undefined) throw new DomainError('request.invalid', { field: `${channel}_${purpose}` })
      return [{ channel, purpose, subscribed }]
    }),
  )
}

async function check(caller: Caller): Promise<Record<string, boolean>> {
  const { ctx, params } = caller
  const customer = await findPerson(caller)
  const stated = customer ? await getSubscriptions(ctx, customer.id) : []
  const says = (channel: Channel, purpose: Purpose) =>
    stated.find((one) => one.channel === channel && one.purpose === purpose)?.subscribed ?? false
  const given = readText(params.email)?.trim()
  const email = caller.trusted && given ? given : customer && primaryEmail(customer)
  const address = email ? findEmail(email) : undefined
  const suppression = address ? await findSuppression(ctx, { channel: 'email', address }) : undefined
  const devices = customer ? await listDevices(ctx, customer.id) : []
  const flags = channels.flatMap((channel) =>
    purposes.map((purpose) => [`${channel}_${purpose}`, says(channel, purpose)] as const),
  )
  return {
    exists: customer !== undefined,
    ...Object.fromEntries(flags),
    email_confirmed: customer?.identities.some((one) => one.value === address && one.verifiedAt !== null) ?? false,
    email_invalid: Boolean(given) && address === undefined,
    email_blacklisted: suppression?.reason === 'blacklisted',
    email_bounced: suppression?.reason === 'bounced',
    email_suppressed: suppression?.reason === 'complained' || suppression?.reason === 'unsubscribed',
    web_push: says('web_push', 'bulk'),
    mobile_push: devices.some((device) => device.pushToken !== null),
  }
}

const reasons = { hard_bounced: 'bounced', complained: 'complained', blacklisted: 'blacklisted' } as const

/** A bounced address is taken from its customer for good, as the vendor promises; the suppression stays. */
async function applyCallback(ctx: Ctx, told: { email: string; event: string }): Promise<void> {
  const reason = Object.hasOwn(reasons, told.event) ? reasons[told.event as keyof typeof reasons] : undefined // hasOwn proves it
  if (!reason && told.event !== 'unsubscribed') throw new DomainError('request.invalid', { field: 'event' })
  const source = 'rees46 api_callback'
  if (reason) await suppress(ctx, { channel: 'email', address: told.email, reason, source })
  const customer = await findCustomerByIdentity(ctx, { kind: 'email', value: told.email })
  if (!customer) return
  if (told.event === 'complained' || told.event === 'unsubscribed') {
    const off = purposes.map((purpose) => ({ channel: 'email', purpose, subscribed: false }) as const)
    await setSubscriptions(ctx, { customerId: customer.id, changes: off, source })
  }
  const identity = customer.identities.find((one) => one.kind === 'email' && one.value === told.email)
  if (told.event === 'hard_bounced' && identity) {
    await removeIdentity(ctx, { customerId: customer.id, identityId: identity.id })
  }
}

const maxChanges = 20_000

async function changes(ctx: Ctx, params: Params): Promise<Record<string, unknown>[]> {
  const { timeZone } = ctx.tenant
  const day = (field: string) => {
    const given = readText(params[field])
    if (!given) return undefined
    const read = readDay(given)
    if (!read) throw new DomainError('request.invalid', { field })
    return read
  }
  const [fromDay, toDay] = [day('from'), day('to')]
  const from = fromDay ? startOfDay(fromDay, timeZone) : new Date(ctx.clock.now().getTime() - 86_400_000)
  const to = toDay ? startOfDay(toDay, timeZone, 1) : undefined
  const limit = readInteger(params.limit, { min: 1, max: maxChanges }) ?? maxChanges
  const found = await history(ctx, { from, to, limit: maxChanges })
  const people = await getCustomers(ctx, [...new Set(found.flatMap((change) => change.customerId ?? []))])
  const contacts = new Map(
    people.map((one) => [one.id as number, { email: primaryEmail(one), phone: primaryPhone(one) }]),
  )
  const rows = found.flatMap((change) => {
    const row = encodeChange(change, contacts.get(change.customerId ?? 0), timeZone)
    return row ? [row] : []
  })
  const wanted = (field: 'event' | 'channel') => readText(params[field])?.trim()
  return rows
    .filter((row) => !wanted('event') || row.event === wanted('event'))
    .filter((row) => !wanted('channel') || row.channel === wanted('channel'))
    .slice(0, limit)
}
