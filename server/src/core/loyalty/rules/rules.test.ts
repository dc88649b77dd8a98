import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { makeCtx, transact } from '../../../platform/ctx.ts'
import { openPool, sql } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { addUnit } from '../../ledger/index.ts'
import {
  createEarningRule,
  createProgramme,
  createReward,
  getEarningRule,
  listEarningRules,
  loadRuleBook,
  type RuleDefinition,
  setEarningRuleState,
  setRewardState,
  updateEarningRule,
  updateProgramme,
  updateReward,
} from '../index.ts'

const { pool, url } = await testDatabase()
const definition: RuleDefinition = { conditions: [], earning: { kind: 'fixed', amount: 10 } }
const reward = {
  code: 'TEN',
  name: 'Ten percent',
  usage: 'automatic',
  definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
} as const

async function shop() {
  const ctx = await newTenant(pool)
  const unit = await addUnit(ctx, {
    kind: 'points',
    code: 'p',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  return { ctx, unit }
}

const refusal = (code: string, data: object = {}) =>
  expect.objectContaining({ code, data: expect.objectContaining(data) })

test('a rule is written as a draft, changed, turned on and deleted, and each step is told', async () => {
  const { ctx, unit } = await shop()
  const made = await createEarningRule(ctx, { name: 'Ten points', unitId: unit.id, definition })
  expect(made).toMatchObject({ name: 'Ten points', state: 'draft', priority: 5, validFrom: null, definition })
  const validFrom = new Date('2026-01-01')
  const changed = await updateEarningRule(ctx, { id: made.id, patch: { priority: 2, validFrom } })
  expect(changed).toMatchObject({ name: 'Ten points', priority: 2, validFrom, definition })
  expect(await setEarningRuleState(ctx, { id: made.id, state: 'active' })).toMatchObject({ state: 'active' })
  expect((await listEarningRules(ctx, { offset: 0, limit: 10 })).total).toBe(1)
  expect((await listEarningRules(ctx, { states: ['draft'], offset: 0, limit: 10 })).total).toBe(0)
  await setEarningRuleState(ctx, { id: made.id, state: 'deleted' })
  expect((await listEarningRules(ctx, { offset: 0, limit: 10 })).items).toEqual([])
  await expect(getEarningRule(ctx, made.id)).rejects.toEqual(refusal('rule.not_found', { id: made.id }))
  const told = await ctx.db.query(
    sql`select operation from changes where tenant_id = ${ctx.tenant.id} and entity = 'earning_rule' order by id`,
  )
  expect(told).toEqual(['created', 'updated', 'updated', 'deleted'].map((operation) => ({ operation })))
  const audited = await ctx.db.query(sql`select action from audit_log where tenant_id = ${ctx.tenant.id} order by id`)
  expect(audited).toHaveLength(4)
})

test('a rule without a sense is refused', async () => {
  const { ctx, unit } = await shop()
  const input = { name: 'x', unitId: unit.id, definition }
  const times = { validFrom: new Date('2026-02-01'), validTo: new Date('2026-01-01') }
  await expect(createEarningRule(ctx, { ...input, unitId: 1 })).rejects.toEqual(refusal('unit.not_found'))
  for (const [wrong, field] of [
    [{ name: ' ' }, 'name'],
    [{ priority: 0 }, 'priority'],
    [times, 'validTo'],
  ] as const) {
    await expect(createEarningRule(ctx, { ...input, ...wrong })).rejects.toEqual(refusal('request.invalid', { field }))
  }
  const other = await newTenant(pool)
  const { id } = await createEarningRule(ctx, input)
  await expect(updateEarningRule(other, { id, patch: { name: 'y' } })).rejects.toEqual(refusal('rule.not_found'))
})

test('a rule or reward that could never pay is refused, and says why', async () => {
  const { ctx, unit } = await shop()
  const settings = { pointsPerUnit: 1 }
  await createProgramme(ctx, { kind: 'points', name: 'Points', unitId: unit.id, isDefault: true, settings })
  const { id: otherId } = await addUnit(ctx, {
    kind: 'points',
    code: 'stars',
    name: 'Stars',
    currency: null,
    scale: 0,
    isDefault: false,
  })
  const faultOf = (path: string) => refusal('request.invalid', { errors: [expect.objectContaining({ path })] })
  const doubled = { conditions: [], earning: { kind: 'multiply', factor: 2, rounding: 'down' } } as const
  const twice = { name: 'Twice', unitId: unit.id, definition: doubled }
  // Times the points of the programme, given in another unit: so many stars for points.
  await expect(createEarningRule(ctx, { ...twice, unitId: otherId })).rejects.toEqual(faultOf('unitId'))
  const made = await createEarningRule(ctx, twice)
  await expect(updateEarningRule(ctx, { id: made.id, patch: { unitId: otherId } })).rejects.toEqual(faultOf('unitId'))
  const other = await createEarningRule(ctx, { name: 'Stars', unitId: otherId, definition })
  await expect(updateEarningRule(ctx, { id: other.id, patch: { definition: doubled } })).rejects.toEqual(
    faultOf('unitId'),
  )
  // On request it may be of another programme, if it is of one.
  await expect(createEarningRule(ctx, { ...twice, unitId: otherId, onRequest: true })).rejects.toEqual(
    faultOf('unitId'),
  )
  await createProgramme(ctx, { kind: 'points', name: 'Stars', unitId: otherId, isDefault: false, settings })
  expect(await createEarningRule(ctx, { ...twice, unitId: otherId, onRequest: true })).toMatchObject({
    unitId: otherId,
  })

  // In force on no day that it asks for. Its end is not included, and days are the shop's.
  const inMay = { ...definition, conditions: [{ kind: 'date', from: '2026-05-01', to: '2026-05-31' }] } as const
  const may = { name: 'May', unitId: unit.id, definition: inMay }
  const [before, after] = [
    { validTo: new Date('2026-04-30T22:00:00Z') },
    { validFrom: new Date('2026-05-31T22:00:00Z') },
  ]
  await expect(createEarningRule(ctx, { ...may, ...before })).rejects.toEqual(faultOf('validTo'))
  await expect(createEarningRule(ctx, { ...may, ...after })).rejects.toEqual(faultOf('validFrom'))
  expect(await createEarningRule(ctx, { ...may, validTo: new Date('2026-04-30T22:00:01Z') })).toMatchObject({
    name: 'May',
  })
  const { conditions } = inMay
  const tenOff = { ...reward, definition: { ...reward.definition, conditions } }
  await expect(createReward(ctx, { ...tenOff, ...after })).rejects.toEqual(faultOf('validFrom'))
  await expect(createReward(ctx, { ...reward, kind: 'gift_card' })).rejects.toEqual(faultOf('usage'))
})

test('the book has what is active, in its order, and nothing of another shop', async () => {
  const { ctx, unit } = await shop()
  const input = { unitId: unit.id, definition, state: 'active' } as const
  const last = await createEarningRule(ctx, { ...input, name: 'last', priority: 9, validTo: new Date('2030-01-01') })
  const first = await createEarningRule(ctx, { ...input, name: 'first', priority: 1 })
  await createEarningRule(ctx, { ...input, name: 'draft', state: 'draft' })
  const automatic = await createReward(ctx, { ...reward, state: 'active' })
  await createReward(ctx, { ...reward, code: 'CODE', usage: 'code', state: 'active' })
  const other = await shop()
  await createEarningRule(other.ctx, { ...input, name: 'theirs', unitId: other.unit.id })
  const programme = await createProgramme(ctx, {
    kind: 'points',
    name: 'Points',
    unitId: unit.id,
    isDefault: true,
    settings: { pointsPerUnit: 1 },
  })
  expect(await loadRuleBook(ctx)).toEqual({ programme, rules: [first, last], rewards: [automatic] })
})

test('a change is seen by the next load of every process, and until then the same book is handed out', async () => {
  const { ctx, unit } = await shop()
  const otherPool = openPool({ url, max: 2 })
  try {
    const other = { ...makeCtx({ ...ctx, pool: otherPool }, ctx.tenant, ctx.actor) }
    expect((await loadRuleBook(other)).rules).toEqual([])
    const rule = await createEarningRule(ctx, { name: 'x', unitId: unit.id, definition, state: 'active' })
    expect((await loadRuleBook(other)).rules).toEqual([rule])
    expect(await loadRuleBook(other)).toBe(await loadRuleBook(other))
    const { id } = await createReward(ctx, { ...reward, state: 'active' })
    expect((await loadRuleBook(other)).rewards).toHaveLength(1)
    await updateReward(ctx, { id, patch: { name: 'Another' } })
    expect((await loadRuleBook(other)).rewards[0]?.name).toBe('Another')
    await setRewardState(ctx, { id, state: 'paused' })
    expect((await loadRuleBook(other)).rewards).toEqual([])
    const programme = await createProgramme(ctx, {
      kind: 'points',
      name: 'P',
      unitId: unit.id,
      isDefault: true,
      settings: {},
    })
    await updateProgramme(ctx, { id: programme.id, settings: { pointsPerUnit: 7 } })
    expect((await loadRuleBook(other)).programme?.settings).toEqual({ pointsPerUnit: 7 })
  } finally {
    await otherPool.end()
  }
})

test('what a transaction has not committed is seen in it alone, and not after it was undone', async () => {
  const { ctx, unit } = await shop()
  expect((await loadRuleBook(ctx)).rules).toEqual([])
  const undone = transact(ctx, async (inner) => {
    await createEarningRule(inner, { name: 'x', unitId: unit.id, definition, state: 'active' })
    expect((await loadRuleBook(inner)).rules).toHaveLength(1)
    expect((await loadRuleBook(ctx)).rules).toEqual([])
    throw new DomainError('request.invalid')
  })
  await expect(undone).rejects.toThrow('request.invalid')
  expect((await loadRuleBook(ctx)).rules).toEqual([])
  await createEarningRule(ctx, { name: 'y', unitId: unit.id, definition, state: 'active' })
  expect((await loadRuleBook(ctx)).rules.map((rule) => rule.name)).toEqual(['y'])
})
