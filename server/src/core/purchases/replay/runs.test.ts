import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { fixedClock } from '../../../platform/clock.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import { createCustomer } from '../../customers/index.ts'
import { addUnit } from '../../ledger/index.ts'
import { createProgramme } from '../../loyalty/index.ts'
import { askReplay, cancelReplay, getReplay, recordPurchase, runReplays } from '../index.ts'

const { pool } = await testDatabase()
const clock = fixedClock('2026-06-01T10:00:00Z')

async function shop() {
  const ctx = await newTenant(pool, { clock })
  const unit = await addUnit(ctx, { kind: 'points', code: 'p', name: 'P', currency: null, scale: 0, isDefault: true })
  const settings = { pointsPerUnit: 1 }
  await createProgramme(ctx, { kind: 'points', name: 'P', unitId: unit.id, isDefault: true, settings })
  const { id: customerId } = await createCustomer(ctx, {})
  await recordPurchase(ctx, {
    space: 'till',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    onKnownNumber: 'refuse',
    number: 'R-1',
    customerId,
    occurredAt: new Date('2026-03-01T10:00:00Z'),
    totalMinor: 2_000,
  })
  const definition = { conditions: [], earning: { kind: 'fixed', amount: 3 } } as const
  const rule = { name: 'Three', unitId: unit.id, priority: 5, definition }
  const question = { rule, from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-06-01T00:00:00Z') }
  return { ctx, customerId, question }
}

test('a replay waits for a worker, and its result is there for whoever asks again', async () => {
  const { ctx, customerId, question } = await shop()
  const asked = await askReplay(ctx, question)
  expect(asked).toMatchObject({ state: 'waiting', looked: 0, total: null, result: null, question })
  expect(await runReplays(ctx)).toBe(1)
  expect(await getReplay(ctx, asked.id)).toMatchObject({
    state: 'done',
    looked: 1,
    total: 1,
    endedAt: clock.now(),
    result: { purchases: 1, affected: 1, amount: 3, top: [{ customerId, amount: 3 }] },
  })
  expect(await runReplays(ctx)).toBe(0)
})

test('parallel workers do each replay once', async () => {
  const { ctx, question } = await shop()
  const asked = await Promise.all([1, 2, 3].map(() => askReplay(ctx, question)))
  const turns = await Promise.all([1, 2, 3, 4].map(() => runReplays(ctx)))
  expect(turns.reduce((sum, count) => sum + count)).toBe(3)
  for (const { id } of asked) expect((await getReplay(ctx, id)).state).toBe('done')
})

test('a replay that was stopped is not begun, and what has ended stays', async () => {
  const { ctx, question } = await shop()
  const { id } = await askReplay(ctx, question)
  expect(await cancelReplay(ctx, id)).toMatchObject({ state: 'cancelled' })
  expect(await runReplays(ctx)).toBe(0)
  const done = await askReplay(ctx, question)
  await runReplays(ctx)
  expect(await cancelReplay(ctx, done.id)).toMatchObject({ state: 'done' })
})

/** A worker to whom something happens just after it has taken a replay. */
function meeting(ctx: Ctx, happens: () => unknown): Ctx {
  const pool = new Proxy(ctx.pool, {
    get(target, name) {
      if (name !== 'query') return Reflect.get(target, name)
      return async (statement: { text: string }) => {
        const answer = await target.query(statement)
        if (statement.text.includes('attempts = r.attempts + 1')) await happens()
        return answer
      }
    },
  })
  return { ...ctx, pool }
}

test('a replay that is stopped while it runs ends there, and nothing comes of it', async () => {
  const { ctx, question } = await shop()
  const { id } = await askReplay(ctx, question)
  await runReplays(meeting(ctx, () => cancelReplay(ctx, id)))
  expect(await getReplay(ctx, id)).toMatchObject({ state: 'cancelled', result: null })
})

test('a worker that is told to stop leaves the replay to the next one', async () => {
  const { ctx, question } = await shop()
  const { id } = await askReplay(ctx, question)
  const stopping = new AbortController()
  await runReplays(
    meeting(ctx, () => stopping.abort()),
    stopping.signal,
  )
  expect((await getReplay(ctx, id)).state).toBe('waiting')
  await runReplays(ctx)
  expect((await getReplay(ctx, id)).state).toBe('done')
})

test('what a worker left behind that died is taken up by another after half a minute', async () => {
  const { ctx, question } = await shop()
  const { id } = await askReplay(ctx, question)
  await ctx.db.query(sql`
    update replays set state = 'running', attempts = 1, beat_at = ${clock.now()} where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  expect(await runReplays(ctx)).toBe(0)
  clock.advance(31_000)
  expect(await runReplays(ctx)).toBe(1)
  expect((await getReplay(ctx, id)).state).toBe('done')
})

test('a replay that cannot be worked out is given up after three turns', async () => {
  const { ctx, question } = await shop()
  const broken = { ...question, rule: { ...question.rule, definition: { conditions: null } as never } }
  const { id } = await askReplay(ctx, broken)
  expect(await runReplays(ctx)).toBe(3)
  expect(await getReplay(ctx, id)).toMatchObject({ state: 'failed', result: null })
})

test('a shop has five replays at once at most, sees only its own, and old ones are forgotten', async () => {
  const { ctx, question } = await shop()
  const { id } = await askReplay(ctx, question)
  for (let count = 0; count < 4; count++) await askReplay(ctx, question)
  await expect(askReplay(ctx, question)).rejects.toMatchObject({ code: 'replay.too_many' })
  const other = await newTenant(pool)
  await expect(getReplay(other, id)).rejects.toMatchObject({ code: 'replay.not_found' })
  await expect(cancelReplay(other, id)).rejects.toMatchObject({ code: 'replay.not_found' })
  await runReplays(ctx)
  clock.advance(31 * 86_400_000)
  await askReplay(ctx, question)
  await expect(getReplay(ctx, id)).rejects.toMatchObject({ code: 'replay.not_found' })
})
