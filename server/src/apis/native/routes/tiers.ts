import { Type } from 'typebox'
import { getCustomer } from '../../../core/customers/index.ts'
import {
  findDefaultProgramme,
  giveTier,
  listCustomerTiers,
  listTiers,
  type TierSettings as SettingsOf,
  takeTierBack,
  tierOf,
  updateTier,
} from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { ctxOf } from '../auth.ts'
import { encodeStanding, encodeTier } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Count, Id, IdParams, List, Name, Nullable, OneOf, Text, Time } from '../schemas.ts'
import { camelKeys } from '../spelling.ts'

const Optional = Type.Optional

const TierPeriod = Type.Union([
  Body({ kind: OneOf('ever', 'calendar_year') }),
  Body({ kind: OneOf('rolling'), days: Type.Integer({ minimum: 1, maximum: 3660 }) }),
])

const TierSettings = Body({
  measure: Optional(OneOf('points', 'spend')),
  period: Optional(TierPeriod),
  keep: Optional(Type.Integer({ minimum: 0, maximum: 1e12, description: 'What keeps the tier for another period.' })),
  manual: Optional(Type.Boolean({ description: 'Only given by hand.' })),
  discount_percent: Optional(Type.Number({ minimum: 0, maximum: 100 })),
  description: Optional(Text(2000)),
  colour: Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$' })),
})

const Tier = Type.Object({
  id: Id,
  programme_id: Id,
  name: Type.String(),
  rank: Type.Integer(),
  threshold: Type.Integer({ description: 'Points earned, or minor units spent, that lead into it.' }),
  settings: Type.Unsafe<Record<string, unknown>>(TierSettings),
})

const Standing = Type.Object({
  tier: Nullable(Tier),
  next: Nullable(Tier),
  is_given: Type.Boolean({ description: 'Given by hand, not earned.' }),
  earned: Type.Integer({ description: 'Points ever earned.' }),
  to_next: Count,
  to_keep: Count,
  keep_by: Nullable(Time),
  given: Type.Array(Type.Object({ tier_id: Id, valid_from: Time, valid_to: Nullable(Time), note: Type.String() })),
})

const tags = ['Loyalty: tiers']

export function tierRoutes(app: Routes): void {
  app.get(
    '/tiers',
    {
      config: { access: 'any' },
      schema: { tags, summary: 'Tiers of the default programme, the lowest first', response: { 200: List(Tier) } },
    },
    async (request) => ({ items: (await tiersOf(ctxOf(request))).tiers.map(encodeTier) }),
  )

  app.patch(
    '/tiers/:id',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Change what leads into a tier and what it gives',
        description: 'Settings are replaced as a whole. Customers stand in their tiers anew at once.',
        params: IdParams,
        body: Body({
          name: Optional(Name),
          threshold: Optional(Type.Integer({ minimum: 0, maximum: 1e12 })),
          settings: Optional(TierSettings),
        }),
        response: { 200: Tier },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { programmeId } = await tiersOf(ctx)
      const { settings, ...rest } = request.body
      const tier = await updateTier(ctx, {
        id: request.params.id,
        programmeId,
        ...rest,
        ...(settings ? { settings: camelKeys(settings, 'body.settings') as SettingsOf } : {}), // checked by TierSettings
      })
      return encodeTier(tier)
    },
  )

  app.get(
    '/customers/:id/tier',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: "A customer's tier and the way to the next",
        params: IdParams,
        response: { 200: Standing },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      return describe(ctx, (await getCustomer(ctx, request.params.id)).id)
    },
  )

  app.put(
    '/customers/:id/tier',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Give a tier by hand',
        description: 'From now on; without an end unless told. The higher one of given and earned counts.',
        params: IdParams,
        body: Body({
          tier_id: Id,
          valid_to: Optional(Time),
          note: Optional(Type.String({ maxLength: 1000, description: 'Why, for colleagues.' })),
        }),
        response: { 200: Standing },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id: customerId } = await getCustomer(ctx, request.params.id)
      const { tier_id: tierId, valid_to: validTo, note } = request.body
      await giveTier(ctx, { customerId, tierId, note, ...(validTo ? { validTo: new Date(validTo) } : {}) })
      return describe(ctx, customerId)
    },
  )

  app.delete(
    '/customers/:id/tier',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Take back what was given by hand',
        description: 'It ends now; what was earned counts again.',
        params: IdParams,
        response: { 200: Standing },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id: customerId } = await getCustomer(ctx, request.params.id)
      await takeTierBack(ctx, customerId)
      return describe(ctx, customerId)
    },
  )
}

async function describe(ctx: Ctx, customerId: number) {
  return encodeStanding(await tierOf(ctx, customerId), await listCustomerTiers(ctx, customerId))
}

/** Refuses programme.not_found where the shop has no default programme. */
async function tiersOf(ctx: Ctx) {
  const programme = await findDefaultProgramme(ctx)
  if (!programme) throw new DomainError('programme.not_found', {})
  return { programmeId: programme.id as number, tiers: await listTiers(ctx, programme.id) }
}
