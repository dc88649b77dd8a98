import { Type } from 'typebox'
import { addPoolCodes, createCodePool, listCodePools } from '../../../core/loyalty/index.ts'
import { createOnce } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeCodePool } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Count, Id, IdParams, List, Name, Text, Time } from '../schemas.ts'

const CodePool = Type.Object({ id: Id, name: Type.String(), free: Count, used: Count, created_at: Time })
const tags = ['Loyalty: vouchers']

export function codePoolRoutes(app: Routes): void {
  app.get(
    '/code-pools',
    {
      config: { access: 'any' },
      schema: { tags, summary: 'Pools of codes, with what is left of them', response: { 200: List(CodePool) } },
    },
    async (request) => ({ items: (await listCodePools(ctxOf(request))).map(encodeCodePool) }),
  )

  app.post(
    '/code-pools',
    {
      config: { access: 'loyalty.write' },
      schema: { tags, summary: 'Make a pool', body: Body({ name: Name }), response: { 201: CodePool } },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) => encodeCodePool(await createCodePool(ctx, request.body))),
  )

  app.post(
    '/code-pools/:id/codes',
    {
      config: { access: 'loyalty.write' },
      schema: {
        tags,
        summary: 'Put codes into a pool',
        description: 'Those that it has already are counted and left.',
        params: IdParams,
        body: Body({ codes: Type.Array(Text(100), { minItems: 1, maxItems: 100_000 }) }),
        response: { 201: Type.Object({ added: Count, duplicates: Count }) },
      },
    },
    (request, reply) =>
      createOnce(request, reply, (ctx) => addPoolCodes(ctx, { poolId: request.params.id, codes: request.body.codes })),
  )
}
