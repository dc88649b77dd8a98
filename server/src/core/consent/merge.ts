// What core/merging and core/privacy, the slices above, need of this one.
import type { Ctx } from '../../platform/ctx.ts'
import { sha256 } from '../../platform/random.ts'
import type { CustomerId, Merge } from '../customers/index.ts'
import { setConsents, setSubscriptionsOfMany } from './service.ts'
import {
  blankHistory,
  deleteConsent,
  deleteStatements,
  deleteSubscription,
  selectConsents,
  selectSubscriptions,
  upsertErased,
} from './store.ts'
import type { Channel, Purpose } from './types.ts'

/** What a merge changed at the survivor: as it was before (null: nothing stated) and as the merge left it; JSON. */
export interface MovedConsent {
  readonly subscriptions: readonly { channel: Channel; purpose: Purpose; before: boolean | null; after: boolean }[]
  readonly consents: readonly { type: string; before: boolean | null; after: boolean }[]
}

/** The survivor has agreed to what one of the two agreed to and the other did not refuse. */
export async function moveConsent(ctx: Ctx, { fromId, intoId }: Merge): Promise<MovedConsent> {
  const stated = await selectSubscriptions(ctx, [fromId, intoId])
  const own = stated.filter((one) => one.customerId === intoId)
  const subscriptions = stated
    .filter((one) => one.customerId === fromId)
    .map(({ channel, purpose, subscribed }) => {
      const before = own.find((one) => one.channel === channel && one.purpose === purpose)?.subscribed ?? null
      return { channel, purpose, before, after: subscribed && before !== false }
    })
    .filter((one) => one.before !== one.after)
  const ownConsents = await selectConsents(ctx, intoId)
  const consents = (await selectConsents(ctx, fromId))
    .map(({ type, given }) => {
      const before = ownConsents.find((one) => one.type === type)?.given ?? null
      return { type, before, after: given && before !== false }
    })
    .filter((one) => one.before !== one.after)
  await state(ctx, intoId, { subscriptions, consents })
  return { subscriptions, consents }
}

async function state(ctx: Ctx, id: CustomerId, moved: MovedConsent): Promise<void> {
  await setSubscriptionsOfMany(ctx, {
    source: 'merge',
    changes: moved.subscriptions.map((one) => ({ ...one, customerId: id, subscribed: one.after })),
  })
  if (moved.consents.length === 0) return
  const changes = moved.consents.map((one) => ({ type: one.type, given: one.after }))
  await setConsents(ctx, { customerId: id, source: 'merge', changes })
}

/** Takes back what the merge stated, unless somebody said something else since. */
export async function restoreConsent(ctx: Ctx, { intoId }: Merge, moved: MovedConsent): Promise<void> {
  const now = await selectSubscriptions(ctx, [intoId])
  const unchanged = moved.subscriptions.filter((was) =>
    now.some((one) => one.channel === was.channel && one.purpose === was.purpose && one.subscribed === was.after),
  )
  const consentsNow = await selectConsents(ctx, intoId)
  const consents = moved.consents.filter((was) =>
    consentsNow.some((one) => one.type === was.type && one.given === was.after),
  )
  for (const one of unchanged.filter((one) => one.before === null)) await deleteSubscription(ctx, intoId, one)
  for (const one of consents.filter((one) => one.before === null)) await deleteConsent(ctx, intoId, one.type)
  await state(ctx, intoId, {
    subscriptions: unchanged.flatMap((one) => (one.before === null ? [] : [{ ...one, after: one.before }])),
    consents: consents.flatMap((one) => (one.before === null ? [] : [{ ...one, after: one.before }])),
  })
}

/** For erasure: statements go, the history keeps who agreed to what and when but not from where. */
export async function forgetConsent(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  await deleteStatements(ctx, customerIds)
  await blankHistory(ctx, customerIds)
}

/** Nothing is sent to the addresses of an erased person; only their hashes are kept. A stronger reason stays. */
export async function suppressErased(
  ctx: Ctx,
  addresses: readonly { channel: Channel; address: string }[],
): Promise<void> {
  await upsertErased(
    ctx,
    addresses.map((one) => ({ channel: one.channel, addressHash: sha256(one.address) })),
  )
}
