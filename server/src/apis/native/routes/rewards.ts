import { Type } from 'typebox'
import {
  createReward,
  getReward,
  listRewards,
  type RewardInput,
  setRewardState,
  updateReward,
} from '../../../core/loyalty/index.ts'
import { createOnce, pageByOffset } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeReward } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Count, Id, IdParams, Json, Minor, Nullable, OneOf, Page, PageQuery, Text, Time } from '../schemas.ts'
import { Definition, frame, RewardDefinition, State } from './definition-schemas.ts'
import { decodeDefinition, decodeFrame } from './earning-rules.ts'

const Usage = OneOf('automatic', 'code', 'voucher')
const Kind = OneOf('till', 'catalogue', 'campaign', 'simple', 'gift_card')

const Reward = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  state: OneOf('draft', 'active', 'paused', 'deleted'),
  usage: Usage,
  kind: Kind,
  priority: Type.Integer(),
  points_cost: Minor,
  /** Whose value pays for it; null: the default points. */
  programme_id: Nullable(Id),
  valid_from: Nullable(Time),
  valid_to: Nullable(Time),
  definition: RewardDefinition,
  presentation: Json,
  created_at: Time,
  updated_at: Time,
})

const Optional = Type.Optional
const fields = {
  kind: Optional(Kind),
  points_cost: Optional(Count),
  presentation: Optional(Json),
  ...frame,
}
export const RewardBody = Body({
  code: Text(100, 1),
  name: Text(300, 1),
  usage: Usage,
  state: Optional(State),
  ...fields,
  definition: Definition,
})
const RewardPatch = Body({
  code: Optional(Text(100, 1)),
  name: Optional(Text(300, 1)),
  usage: Optional(Usage),
  ...fields,
  definition: Optional(Definition),
})

const tags = ['Loyalty: rewards']

export function rewardRoutes(app: Routes): void {
  app.get(
    '/rewards',
    {
      config: { access: 'any' },
      schema: {
        tags,
        summary: 'Rewards, in the order they are looked at',
        querystring: Type.Object({
          q: Optional(Text(200)),
          state: Optional(State),
          usage: Optional(Usage),
          kind: Optional(Kind),
          ...PageQuery,
        }),
        response: { 200: Page(Reward) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { q, state, usage, kind } = request.query
      const filter = {
        name: q?.trim() || undefined,
        ...(state ? { states: [state] } : {}),
        ...(usage ? { usages: [usage] } : {}),
        ...(kind ? { kinds: [kind] } : {}),
      }
      const page = await pageByOffset(request.query, async (part) => {
        return (await listRewards(ctx, { ...filter, orderBy: 'priority', ...part })).items
      })
      return { items: page.items.map(encodeReward), next_cursor: page.nextCursor }
    },
  )

  app.post(
    '/rewards',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Make a reward',
        description:
          'A draft unless told otherwise. An automatic one needs no code at the till; it has one all the same.',
        body: RewardBody,
        response: { 201: Reward },
      },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) => encodeReward(await createReward(ctx, decodeReward(request.body)))),
  )

  app.get(
    '/rewards/:id',
    { config: { access: 'any' }, schema: { tags, summary: 'One reward', params: IdParams, response: { 200: Reward } } },
    async (request) => encodeReward(await getReward(ctxOf(request), request.params.id)),
  )

  app.patch(
    '/rewards/:id',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Change a reward',
        description: 'What is left out stays; a definition is replaced as a whole.',
        params: IdParams,
        body: RewardPatch,
        response: { 200: Reward },
      },
    },
    async (request) => {
      const patch = decodeReward(request.body)
      return encodeReward(await updateReward(ctxOf(request), { id: request.params.id, patch }))
    },
  )

  app.put(
    '/rewards/:id/state',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Turn a reward on, pause it, or make it a draft again',
        params: IdParams,
        body: Body({ state: State }),
        response: { 200: Reward },
      },
    },
    async (request) =>
      encodeReward(await setRewardState(ctxOf(request), { id: request.params.id, state: request.body.state })),
  )

  app.delete(
    '/rewards/:id',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Delete a reward; its vouchers no longer count',
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await setRewardState(ctxOf(request), { id: request.params.id, state: 'deleted' })
      return reply.code(204).send(null)
    },
  )
}

interface Fields {
  readonly points_cost?: number
  readonly definition?: unknown
  readonly valid_from?: string | null
  readonly valid_to?: string | null
}

export function decodeReward<Wire extends Fields>(wire: Wire) {
  const { points_cost: pointsCost, definition, ...rest } = decodeFrame(wire)
  return {
    ...rest,
    ...(pointsCost === undefined ? {} : { pointsCost }),
    ...(definition === undefined ? {} : { definition: decodeDefinition(definition) }),
  } as Omit<Wire, keyof Fields> & Pick<RewardInput, 'definition'> // read and checked by the core
}
