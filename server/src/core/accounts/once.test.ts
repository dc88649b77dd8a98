import { beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { audit, issueCode, listAudit, verifyCode, withIdempotency } from './index.ts'

const { pool } = await testDatabase()
const clock = fixedClock('2026-03-01T10:00:00Z')
let ctx: Ctx
let other: Ctx

beforeAll(async () => {
  ctx = await newTenant(pool, { clock })
  other = await newTenant(pool, { clock })
})

const wrongOf = (code: string) => (code === '111111' ? '222222' : '111111')

describe('one-time codes', () => {
  const purpose = 'sign-in'

  it('are accepted once, named by subject or by id, and bring their data back', async () => {
    const first = await issueCode(ctx, { purpose, subject: 'email:a@x.example', ttlSeconds: 60, data: { step: 1 } })
    expect(first.code).toMatch(/^\d{6}$/)
    const answer = { subject: 'email:a@x.example', data: { step: 1 } }
    expect(await verifyCode(ctx, { purpose, subject: 'email:a@x.example', code: first.code })).toEqual(answer)
    await expect(verifyCode(ctx, { purpose, id: first.id, code: first.code })).rejects.toMatchObject({
      code: 'code.wrong',
    })
    const second = await issueCode(ctx, { purpose, subject: 'email:a@x.example', ttlSeconds: 60, digits: 4 })
    expect(await verifyCode(ctx, { purpose, id: second.id, code: second.code })).toMatchObject({ data: {} })
  })

  it('are worth nothing for another purpose, subject or tenant, after their time, or once a newer one was sent', async () => {
    const { id, code } = await issueCode(ctx, { purpose, subject: 's', ttlSeconds: 60 })
    const wrong = { code: 'code.wrong' }
    await expect(verifyCode(ctx, { purpose: 'other', id, code })).rejects.toMatchObject(wrong)
    await expect(verifyCode(ctx, { purpose, subject: 't', code })).rejects.toMatchObject(wrong)
    await expect(verifyCode(other, { purpose, id, code })).rejects.toMatchObject(wrong)
    clock.advance(60_000)
    await expect(verifyCode(ctx, { purpose, id, code })).rejects.toMatchObject({ code: 'code.expired' })
    const older = await issueCode(ctx, { purpose, subject: 's', ttlSeconds: 60 })
    await issueCode(ctx, { purpose, subject: 's', ttlSeconds: 60 })
    if (older.code)
      await expect(verifyCode(ctx, { purpose, subject: 's', code: older.code })).rejects.toMatchObject(wrong)
  })

  it('survive five wrong guesses of ten at once and then not even the right one helps', async () => {
    const { id, code } = await issueCode(ctx, { purpose, subject: 'guessed', ttlSeconds: 60 })
    const guess = () => transact(ctx, (ctx) => verifyCode(ctx, { purpose, id, code: wrongOf(code) }))
    const codes = await Promise.all(Array.from({ length: 10 }, () => guess().catch((error) => error.code)))
    expect(new Set(codes)).toEqual(new Set(['code.wrong']))
    const left = await pool.query('select attempts_left from one_time_codes where id = $1', [id])
    expect(left.rows).toEqual([{ attempts_left: 0 }])
    await expect(verifyCode(ctx, { purpose, id, code })).rejects.toMatchObject({ code: 'code.wrong' })
  })

  it('are used by a single one of ten who know it', async () => {
    const { id, code } = await issueCode(ctx, { purpose, subject: 'shared', ttlSeconds: 60 })
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => transact(ctx, (ctx) => verifyCode(ctx, { purpose, id, code }))),
    )
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('stay usable when the work that used them is refused, but the attempt is counted', async () => {
    const { id, code } = await issueCode(ctx, { purpose, subject: 'refused', ttlSeconds: 60 })
    const refused = transact(ctx, async (ctx) => {
      await verifyCode(ctx, { purpose, id, code })
      throw new DomainError('request.forbidden')
    })
    await expect(refused).rejects.toMatchObject({ code: 'request.forbidden' })
    const left = await pool.query('select attempts_left, used_at from one_time_codes where id = $1', [id])
    expect(left.rows).toEqual([{ attempts_left: 4, used_at: null }])
    await expect(verifyCode(ctx, { purpose, id, code })).resolves.toMatchObject({ subject: 'refused' })
  })

  it('of links are found by themselves', async () => {
    const { code } = await issueCode(ctx, { purpose: 'confirm', subject: '77', ttlSeconds: 60, linkToken: true })
    expect(code).toMatch(/^[0-9a-f]{64}$/)
    await expect(verifyCode(other, { purpose: 'confirm', code })).rejects.toMatchObject({ code: 'code.wrong' })
    expect(await verifyCode(ctx, { purpose: 'confirm', code })).toEqual({ subject: '77', data: {} })
    await expect(verifyCode(ctx, { purpose: 'confirm', code })).rejects.toMatchObject({ code: 'code.wrong' })
  })

  it('are sent to a subject so often in an hour and no more', async () => {
    const issue = () => issueCode(ctx, { purpose, subject: 'flooded', ttlSeconds: 60, maxPerHour: 3 })
    for (let sent = 0; sent < 3; sent++) await issue()
    await expect(issue()).rejects.toMatchObject({ code: 'request.rate_limited' })
    clock.advance(3_600_000)
    await expect(issue()).resolves.toBeDefined()
  })
})

describe('idempotency', () => {
  const request = (key: string, requestHash = 'hash') => ({ scope: 'customers.create', key, requestHash })
  let done = 0
  const work = async (ctx: Ctx) => {
    await audit(ctx, { action: 'work.done' })
    done += 1
    return { status: 201, response: { number: done } }
  }
  const worked = async (of: Ctx) => (await listAudit(of)).filter((entry) => entry.action === 'work.done').length

  it('gives a retry the same answer and does the work once', async () => {
    const first = await withIdempotency(ctx, request('k1'), work)
    expect(first).toEqual({ status: 201, response: { number: 1 }, replayed: false })
    expect(await withIdempotency(ctx, request('k1'), work)).toEqual({ ...first, replayed: true })
    expect(await worked(ctx)).toBe(1)
  })

  it('refuses the key for another request, and knows keys per scope and tenant', async () => {
    await expect(withIdempotency(ctx, request('k1', 'else'), work)).rejects.toMatchObject({
      code: 'request.idempotency_key_reused',
    })
    expect(await withIdempotency(other, request('k1', 'else'), work)).toMatchObject({ replayed: false })
    expect(await withIdempotency(ctx, { ...request('k1'), scope: 'lists.create' }, work)).toMatchObject({
      replayed: false,
    })
  })

  it('keeps nothing of a refusal: the next try works', async () => {
    const refused = withIdempotency(ctx, request('k2'), async (ctx) => {
      await work(ctx)
      throw new DomainError('email.invalid')
    })
    await expect(refused).rejects.toMatchObject({ code: 'email.invalid' })
    expect(await withIdempotency(ctx, request('k2'), work)).toMatchObject({ replayed: false })
  })

  it('works once for twelve twins at the same moment; the others are told to wait or get the answer', async () => {
    const before = await worked(ctx)
    const twins = await Promise.allSettled(Array.from({ length: 12 }, () => withIdempotency(ctx, request('k3'), work)))
    expect(await worked(ctx)).toBe(before + 1)
    const answers = twins.filter((one) => one.status === 'fulfilled').map((one) => one.value.response)
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
    const refusals = twins.filter((one) => one.status === 'rejected').map((one) => one.reason.code)
    expect(refusals.every((code) => code === 'request.in_progress')).toBe(true)
  })

  it('says in progress while the first still runs', async () => {
    const gate = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const first = withIdempotency(ctx, request('k4'), async (ctx) => {
      started.resolve()
      await gate.promise
      return work(ctx)
    })
    await started.promise
    await expect(withIdempotency(ctx, request('k4'), work)).rejects.toMatchObject({ code: 'request.in_progress' })
    gate.resolve()
    await first
    expect(await withIdempotency(ctx, request('k4'), work)).toMatchObject({ replayed: true })
  })
})
