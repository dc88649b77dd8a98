import { Type } from 'typebox'
import { getUnit } from '../../../core/ledger/index.ts'
import {
  askReplay,
  cancelReplay,
  getReplay,
  type ReplayRun,
  topOfReplay,
  worthOf,
} from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { localDay, nextDay, readDay, startOfDay } from '../../http/times.ts'
import { createOnce } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeUnit, time, timeOrNull } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Count, Day, Id, IdParams, Minor, Nullable, OneOf, Time } from '../schemas.ts'
import { snakeKeys } from '../spelling.ts'
import { RuleDefinition } from './definition-schemas.ts'
import { Unit } from './loyalty.ts'
import { readTrial, trial } from './loyalty-trials.ts'

const ReplayBody = Body({ ...trial, from: Day, to: Day })

const Result = Type.Object({
  purchases: Type.Integer({ description: 'Sales of known customers that were looked at.' }),
  affected: Count,
  customers: Count,
  amount: Minor,
  value_minor: Nullable(Type.Integer({ description: 'What that pays for, in minor units of the shop currency.' })),
  by_month: Type.Array(Type.Object({ month: Type.String(), purchases: Count, amount: Minor })),
  top: Type.Array(Type.Object({ customer_id: Id, name: Type.String(), amount: Minor })),
})

const Replay = Type.Object({
  id: Id,
  state: OneOf('waiting', 'running', 'done', 'failed', 'cancelled'),
  rule: Type.Object({
    id: Nullable(Id),
    name: Type.String(),
    unit: Unit,
    priority: Type.Integer(),
    definition: RuleDefinition,
  }),
  from: Day,
  to: Day,
  looked: Type.Integer({ description: 'Sales that were looked at so far.' }),
  total: Nullable(Type.Integer({ description: 'Sales in all; null before the first was looked at.' })),
  result: Nullable(Result),
  created_at: Time,
  ended_at: Nullable(Time),
})

const tags = ['Loyalty: trying out']

export function replayRoutes(app: Routes): void {
  app.post(
    '/loyalty/replays',
    {
      config: { access: 'reports.read' },
      schema: {
        tags,
        summary: 'Ask what a rule would have paid for past purchases',
        description:
          'Looks at every sale of these days, the last one included, and changes nothing. A worker does it, a thousand sales in a ' +
          'fraction of a second: ask for it again until its state is done. It is kept for 30 days.',
        body: ReplayBody,
        response: { 201: Replay },
      },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) => {
        const rule = await readTrial(ctx, request.body)
        if (!rule) throw new DomainError('request.invalid', { field: 'rule' })
        return encodeReplay(ctx, await askReplay(ctx, { rule, ...spanOf(ctx, request.body) }))
      }),
  )

  app.get(
    '/loyalty/replays/:id',
    {
      config: { access: 'reports.read' },
      schema: {
        tags,
        summary: 'How far a replay is, and what came of it',
        params: IdParams,
        response: { 200: Replay },
      },
    },
    async (request) => encodeReplay(ctxOf(request), await getReplay(ctxOf(request), request.params.id)),
  )

  app.put(
    '/loyalty/replays/:id/state',
    {
      config: { access: 'reports.read' },
      schema: {
        tags,
        summary: 'Stop a replay',
        description: 'One that has ended stays as it is.',
        params: IdParams,
        body: Body({ state: Type.Literal('cancelled') }),
        response: { 200: Replay },
      },
    },
    async (request) => encodeReplay(ctxOf(request), await cancelReplay(ctxOf(request), request.params.id)),
  )
}

/** Whole days on the tenant's calendar, both included. */
function spanOf(ctx: Ctx, wire: { readonly from: string; readonly to: string }): { from: Date; to: Date } {
  const from = readDay(wire.from)
  const to = readDay(wire.to)
  if (!from || !to || from > to) throw new DomainError('request.invalid', { field: 'to' })
  const { timeZone } = ctx.tenant
  return { from: startOfDay(from, timeZone), to: startOfDay(nextDay(to, 1), timeZone) }
}

async function encodeReplay(ctx: Ctx, run: ReplayRun) {
  const { rule, from, to } = run.question
  const { timeZone } = ctx.tenant
  return {
    id: run.id as number,
    state: run.state,
    rule: {
      id: (rule.id ?? null) as number | null,
      name: rule.name,
      unit: encodeUnit(await getUnit(ctx, rule.unitId)),
      priority: rule.priority,
      definition: snakeKeys(rule.definition) as Record<string, unknown>, // an object stays one
    },
    from: localDay(from, timeZone),
    to: localDay(new Date(to.getTime() - 1), timeZone),
    looked: run.looked,
    total: run.total,
    result: run.result && (await encodeResult(ctx, run.result, rule.unitId)),
    created_at: time(run.createdAt),
    ended_at: timeOrNull(run.endedAt),
  }
}

async function encodeResult(ctx: Ctx, result: NonNullable<ReplayRun['result']>, unitId: number) {
  const { purchases, affected, customers, amount, byMonth } = result
  const top = await topOfReplay(ctx, result)
  return {
    purchases,
    affected,
    customers,
    amount,
    value_minor: await worthOf(ctx, { unitId, amount }),
    by_month: byMonth.map((one) => ({ ...one })),
    top: top.map((one) => ({ customer_id: one.customerId, name: one.name, amount: one.amount })),
  }
}
