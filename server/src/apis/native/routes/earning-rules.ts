import { type Static, Type } from 'typebox'
import { findDefaultUnit, listUnits } from '../../../core/ledger/index.ts'
import {
  createEarningRule,
  type EarningRule,
  getEarningRule,
  listEarningRules,
  type RuleInput,
  setEarningRuleState,
  updateEarningRule,
} from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { createOnce, pageByOffset } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeRule } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Id, IdParams, Nullable, OneOf, Page, PageQuery, Text, Time } from '../schemas.ts'
import { camelKeys } from '../spelling.ts'
import { Definition, frame, RuleDefinition, State } from './definition-schemas.ts'
import { Unit } from './loyalty.ts'

const Rule = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  unit: Nullable(Unit),
  state: OneOf('draft', 'active', 'paused', 'deleted'),
  priority: Type.Integer(),
  /** Counts only for a sale that names it: a promotion. */
  on_request: Type.Boolean(),
  valid_from: Nullable(Time),
  valid_to: Nullable(Time),
  definition: RuleDefinition,
  created_at: Time,
  updated_at: Time,
})

const Optional = Type.Optional
export const RuleBody = Body({
  name: Text(300, 1),
  description: Optional(Text(2000)),
  unit_id: Optional(Id),
  state: Optional(State),
  ...frame,
  definition: Definition,
})
export type WireRule = Static<typeof RuleBody>

const { name, definition, state: _, ...others } = RuleBody.properties
const RulePatch = Body({ ...others, name: Optional(name), definition: Optional(definition) })

const tags = ['Loyalty: earning rules']

export function earningRuleRoutes(app: Routes): void {
  app.get(
    '/earning-rules',
    {
      config: { access: 'any' },
      schema: {
        tags,
        summary: 'Earning rules, in the order they are looked at',
        querystring: Type.Object({ q: Optional(Text(200)), state: Optional(State), ...PageQuery }),
        response: { 200: Page(Rule) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { q, state } = request.query
      const filter = { name: q?.trim() || undefined, ...(state ? { states: [state] } : {}) }
      const page = await pageByOffset(request.query, async (part) => {
        return (await listEarningRules(ctx, { ...filter, ...part })).items
      })
      const units = await listUnits(ctx)
      return { items: page.items.map((rule) => encodeRule(rule, units)), next_cursor: page.nextCursor }
    },
  )

  app.post(
    '/earning-rules',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Make a rule',
        description: 'A draft unless told otherwise; it can be simulated and replayed before it is turned on.',
        body: RuleBody,
        response: { 201: Rule },
      },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) =>
        describe(ctx, await createEarningRule(ctx, await decodeRule(ctx, request.body))),
      ),
  )

  app.get(
    '/earning-rules/:id',
    { config: { access: 'any' }, schema: { tags, summary: 'One rule', params: IdParams, response: { 200: Rule } } },
    async (request) => describe(ctxOf(request), await getEarningRule(ctxOf(request), request.params.id)),
  )

  app.patch(
    '/earning-rules/:id',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Change a rule',
        description:
          'What is left out stays; a definition is replaced as a whole. Purchases that earned keep what they earned.',
        params: IdParams,
        body: RulePatch,
        response: { 200: Rule },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { unit_id: unitId, definition, ...rest } = request.body
      const patch = { ...decodeFrame(rest), ...(unitId === undefined ? {} : { unitId }), ...decodeShape(definition) }
      return describe(ctx, await updateEarningRule(ctx, { id: request.params.id, patch }))
    },
  )

  app.put(
    '/earning-rules/:id/state',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Turn a rule on, pause it, or make it a draft again',
        params: IdParams,
        body: Body({ state: State }),
        response: { 200: Rule },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      return describe(ctx, await setEarningRuleState(ctx, { id: request.params.id, state: request.body.state }))
    },
  )

  app.delete(
    '/earning-rules/:id',
    {
      config: { access: 'loyalty.write' },
      schema: { tags, summary: 'Delete a rule; what it gave stays', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await setEarningRuleState(ctxOf(request), { id: request.params.id, state: 'deleted' })
      return reply.code(204).send(null)
    },
  )
}

async function describe(ctx: Ctx, rule: EarningRule) {
  return encodeRule(rule, await listUnits(ctx))
}

/** In the default points where no unit is told. */
export async function decodeRule(ctx: Ctx, wire: WireRule): Promise<RuleInput> {
  const { unit_id: unitId, definition, ...rest } = wire
  return {
    ...decodeFrame(rest),
    name: wire.name,
    unitId: unitId ?? (await defaultPoints(ctx)),
    definition: decodeDefinition(definition) as RuleInput['definition'], // read and checked by the core
  }
}

async function defaultPoints(ctx: Ctx): Promise<number> {
  const unit = await findDefaultUnit(ctx, 'points')
  if (!unit) throw new DomainError('unit.not_found', { field: 'unit_id' })
  return unit.id
}

export function decodeDefinition(wire: unknown): unknown {
  return camelKeys(wire, 'body.definition')
}

function decodeShape(wire: unknown): { definition?: RuleInput['definition'] } {
  return wire === undefined ? {} : { definition: decodeDefinition(wire) as RuleInput['definition'] } // as above
}

interface Frame {
  readonly valid_from?: string | null
  readonly valid_to?: string | null
}

/** Times as times; the rest has one name on both sides. */
export function decodeFrame<Wire extends Frame>(
  wire: Wire,
): Omit<Wire, 'valid_from' | 'valid_to'> & { validFrom?: Date | null; validTo?: Date | null } {
  const { valid_from: from, valid_to: to, ...rest } = wire
  const read = (text: string | null) => (text === null ? null : new Date(text))
  return {
    ...rest,
    ...(from === undefined ? {} : { validFrom: read(from) }),
    ...(to === undefined ? {} : { validTo: read(to) }),
  }
}
