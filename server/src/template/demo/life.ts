import {
  addToSegment,
  changeTags,
  listLists,
  listSegments,
  type MemberInput,
  putMembers,
} from '../../core/audience/index.ts'
import { setConsents, setSubscriptionsOfMany } from '../../core/consent/index.ts'
import type { CustomerId } from '../../core/customers/index.ts'
import { type CollectionChange, type EventInput, recordEvents } from '../../core/events/index.ts'
import { listProgrammes, recordActivity } from '../../core/loyalty/index.ts'
import type { Chance } from '../../platform/chance.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { at } from './clock.ts'
import type { Person } from './people.ts'
import { demoProducts } from './products.ts'

export interface Crowd {
  readonly people: readonly Person[]
  readonly customerIds: readonly CustomerId[]
}

const dayMs = 86_400_000
const minuteMs = 60_000
const eventsAtOnce = 2_000

/** Who is in the newsletter, in every state that a membership can have, with tags and consents. */
export async function joinLists(ctx: Ctx, chance: Chance, crowd: Crowd): Promise<void> {
  const [list] = await listLists(ctx)
  if (!list) return
  const interested = crowd.people.flatMap((person, index) => {
    const customerId = crowd.customerIds[index]
    return customerId !== undefined && chance.yes(0.66) ? [{ person, customerId }] : []
  })
  await putMembers(ctx, {
    listId: list.id,
    mode: 'upsert',
    source: 'form',
    members: interested.map(({ person, customerId }) => inventMembership(chance, ctx.clock.now(), person, customerId)),
  })
  const tags = ['loves-coffee', 'gift-buyer', 'event-guest', 'wholesale']
  const tagged = interested.filter(() => chance.yes(0.3))
  await changeTags(ctx, { add: tagged.map(({ customerId }) => ({ customerId, tag: chance.pick(tags) })) })
  await setSubscriptionsOfMany(ctx, {
    source: 'form',
    changes: interested
      .filter(({ person }) => person.phone !== undefined && chance.yes(0.4))
      .map(({ customerId }) => ({ customerId, channel: 'sms', purpose: 'bulk', subscribed: true })),
  })
  const asked = interested.filter(() => chance.yes(0.4))
  for (const { customerId } of asked) {
    const changes = [
      { type: 'terms', given: true },
      { type: 'profiling', given: chance.yes(0.7) },
    ]
    await setConsents(ctx, { customerId, changes, source: 'form' })
  }
  const [regulars] = await listSegments(ctx)
  const best = crowd.customerIds.filter((_, index) => (crowd.people[index]?.appetite ?? 0) > 6)
  if (regulars) await addToSegment(ctx, { id: regulars.id, customerIds: best })
}

function inventMembership(chance: Chance, now: Date, person: Person, customerId: CustomerId): MemberInput {
  const after = (time: Date, days: number) =>
    new Date(Math.min(now.getTime(), time.getTime() + chance.whole(minuteMs, days * dayMs)))
  const registeredAt = after(person.joinedAt, 20)
  const confirmedAt = chance.yes(0.88) ? after(registeredAt, 1) : null
  const leftAt = confirmedAt && chance.yes(0.07) ? after(confirmedAt, 200) : null
  const bouncedAt = confirmedAt && !leftAt && chance.yes(0.03) ? after(confirmedAt, 200) : null
  return { customerId, registeredAt, confirmedAt, leftAt, bouncedAt, source: person.source }
}

/** What was looked at and put into carts in the e-shop in the last weeks. */
export async function browse(ctx: Ctx, chance: Chance, crowd: Crowd, sessions: number): Promise<void> {
  const now = ctx.clock.now().getTime()
  const events: EventInput[] = []
  const carts = new Map<number, CollectionChange>()
  const weights = crowd.people.map((person) => person.appetite)
  const popularity = demoProducts.map((product) => product.popularity)
  for (let session = 0; session < sessions; session++) {
    const customerId = crowd.customerIds[chance.weighted(weights)]
    if (customerId === undefined) continue
    const start = now - Math.floor(chance.next() ** 1.4 * 45 * dayMs) - 20 * minuteMs
    const steps = chance.whole(2, 9)
    for (let step = 0; step < steps; step++) {
      const product = demoProducts[chance.weighted(popularity)] ?? chance.pick(demoProducts)
      const occurredAt = new Date(start + step * chance.whole(minuteMs / 3, 2 * minuteMs))
      const common = { customerId, occurredAt, session: `demo-${session}` }
      if (step === 0 && chance.yes(0.3)) {
        events.push({ ...common, type: 'searched', data: { query: product.name.split(/[ ,:]/)[0]?.toLowerCase() } })
      }
      events.push({ ...common, type: 'product_viewed', productCode: product.code })
      if (!chance.yes(0.18)) continue
      events.push({ ...common, type: 'cart_added', productCode: product.code, quantity: 1 })
      if (now - start < 6 * dayMs) {
        const items = [...(carts.get(customerId)?.items ?? []), { productCode: product.code, quantity: 1 }]
        carts.set(customerId, { customerId, kind: 'cart', action: 'replace', items })
      }
    }
  }
  const unique = [...carts.values()].map((cart) => ({
    ...cart,
    items: [...new Map(cart.items.map((item) => [item.productCode, item])).values()],
  }))
  await transact(ctx, async (ctx) => {
    for (let start = 0; start < events.length; start += eventsAtOnce) {
      await recordEvents(ctx, events.slice(start, start + eventsAtOnce))
    }
    await recordEvents(ctx, [], unique)
  })
}

/** Visits and coffees, as a cashier enters them. */
export async function visit(ctx: Ctx, chance: Chance, crowd: Crowd, visits: number): Promise<void> {
  const programmes = await listProgrammes(ctx)
  const kinds = programmes.filter((programme) => programme.kind === 'visits' || programme.kind === 'items')
  const weights = crowd.people.map((person) => person.appetite)
  for (let made = 0; made < visits && kinds.length > 0; made++) {
    const customerId = crowd.customerIds[chance.weighted(weights)]
    const time = new Date(ctx.clock.now().getTime() - chance.whole(minuteMs, 120 * dayMs))
    if (customerId === undefined) continue
    await recordActivity(at(ctx, time), {
      programmeId: chance.pick(kinds).id,
      customerId,
      key: `demo:visit:${made}`,
      note: 'At the counter',
    })
  }
}
