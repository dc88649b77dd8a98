import { Type } from 'typebox'
import { getCustomer } from '../../../core/customers/index.ts'
import {
  applyOperation,
  findDefaultUnit,
  findPosting,
  listPostings,
  listUnits,
  type Operation,
  type Unit as UnitOfValue,
} from '../../../core/ledger/index.ts'
import { balancesAfterCharges } from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { assert, DomainError } from '../../../platform/errors.ts'
import { createOnce, pageBy, readIdPosition, requireKey } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeBalance, encodePosting } from '../encode.ts'
import type { Routes } from '../routing.ts'
import {
  Body,
  Id,
  IdParams,
  List,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  Text,
  Time,
  usualLimit,
} from '../schemas.ts'
import { Unit } from './loyalty.ts'

export const Balance = Type.Object({
  unit: Unit,
  available: Minor,
  pending: Minor,
  held: Minor,
  owed: Minor,
  next_expiry: Nullable(Type.Object({ amount: Minor, at: Time })),
})

const Posting = Type.Object({
  id: Id,
  key: Type.String(),
  kind: Type.String(),
  unit: Type.Object({ id: Id, code: Type.String(), name: Type.String(), scale: Type.Integer() }),
  amount: Type.Integer({ description: 'What it changed for the customer, signed.' }),
  programme_id: Nullable(Id),
  purchase_id: Nullable(Id),
  reverses_id: Nullable(Id),
  note: Nullable(Type.String()),
  actor: Type.String(),
  occurred_at: Time,
})

const PostingBody = Body({
  kind: OneOf('earn', 'spend', 'adjust'),
  unit: Type.Optional(
    Type.Union([Id, Text(100, 1)], { description: 'Id or code of a unit; the default points when absent.' }),
  ),
  amount: Type.Integer({
    minimum: -Number.MAX_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'In the smallest part of the unit. Positive; an adjustment may be negative.',
  }),
  note: Text(1000, 1),
  expires_at: Type.Optional(Time),
})

const tags = ['Balances and postings']

export function valueRoutes(app: Routes): void {
  app.get(
    '/customers/:id/balances',
    {
      config: { access: 'customers.read' },
      schema: { tags, summary: 'Balances in every unit', params: IdParams, response: { 200: List(Balance) } },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id } = await getCustomer(ctx, request.params.id)
      return { items: (await balancesAfterCharges(ctx, id)).map(encodeBalance) }
    },
  )

  app.get(
    '/customers/:id/postings',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'The statement, newest first',
        params: IdParams,
        querystring: Type.Object({ unit: Type.Optional(Text(100, 1)), ...PageQuery }),
        response: { 200: Page(Posting) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id: customerId } = await getCustomer(ctx, request.params.id)
      const { unit, after, limit = usualLimit } = request.query
      const unitId = unit === undefined ? undefined : (await findUnit(ctx, unit)).id
      const before = readIdPosition(after)
      const page = await pageBy(
        limit,
        (count) => listPostings(ctx, { customerId, unitId, before, limit: count }),
        (entry) => [entry.id],
      )
      const units = await listUnits(ctx)
      return { items: page.items.map((entry) => encodePosting(entry, units)), next_cursor: page.nextCursor }
    },
  )

  app.post(
    '/customers/:id/postings',
    {
      config: { access: 'ledger.write' },
      schema: {
        tags,
        summary: 'Give, take or correct value',
        description:
          'Needs an Idempotency-Key: a retry with it never moves value twice. Refuses `balance.insufficient`.',
        params: IdParams,
        body: PostingBody,
        response: { 201: Posting },
      },
    },
    (request, reply) => {
      const key = `api:${requireKey(request)}`
      return createOnce(request, reply, async (ctx) => {
        const { id: customerId } = await getCustomer(ctx, request.params.id)
        const unit = await findUnit(ctx, request.body.unit)
        await applyOperation(ctx, operationOf({ ...request.body, key, customerId, unitId: unit.id }))
        const posting = await findPosting(ctx, { key })
        assert(posting, 'it was just written')
        return encodePosting(posting, [unit])
      })
    },
  )
}

function operationOf(given: {
  kind: 'earn' | 'spend' | 'adjust'
  key: string
  customerId: number
  unitId: number
  amount: number
  note: string
  expires_at?: string
}): Operation {
  const { expires_at: expiry, kind, ...rest } = given
  if (expiry === undefined) return { ...rest, kind }
  if (kind === 'spend')
    throw new DomainError('request.invalid', { field: 'expires_at', reason: 'What is taken does not expire.' })
  return { ...rest, kind, expiresAt: new Date(expiry) }
}

/** By id, by code, or the default points. Refuses `unit.not_found`. */
async function findUnit(ctx: Ctx, named: number | string | undefined): Promise<UnitOfValue> {
  const unit =
    named === undefined
      ? await findDefaultUnit(ctx, 'points')
      : (await listUnits(ctx)).find((candidate) => candidate.code === named || candidate.id === Number(named))
  if (!unit) throw new DomainError('unit.not_found', { field: 'unit' })
  return unit
}
