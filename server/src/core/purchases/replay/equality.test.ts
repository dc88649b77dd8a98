import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { sql } from '../../../platform/db.ts'
import { addToSegment, createSegment } from '../../audience/index.ts'
import { upsertCategories, upsertProducts } from '../../catalog/index.ts'
import { createCustomer } from '../../customers/index.ts'
import { addUnit, applyOperation } from '../../ledger/index.ts'
import { addTier, createEarningRule, createProgramme, giveTier, type RuleDefinition } from '../../loyalty/index.ts'
import { recordPurchase, replayRule } from '../index.ts'

const { pool } = await testDatabase()

/** The same numbers in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

test('a replay comes to what the engine paid for the same sales while the rules were on, rule by rule', async () => {
  const ctx = await newTenant(pool)
  const unit = await addUnit(ctx, { kind: 'points', code: 'p', name: 'P', currency: null, scale: 0, isDefault: true })
  const settings = { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 }
  const programme = await createProgramme(ctx, {
    kind: 'points',
    name: 'P',
    unitId: unit.id,
    isDefault: true,
    settings,
  })
  const gold = await addTier(ctx, {
    programmeId: programme.id,
    name: 'Gold',
    rank: 2,
    threshold: 0,
    settings: { manual: true },
  })
  const [drinks] = await upsertCategories(ctx, [{ externalId: 'drinks', name: 'Drinks' }])
  await upsertProducts(ctx, [{ code: 'TEA', name: 'Tea', categoryExternalId: 'drinks' }])
  const segment = await createSegment(ctx, { name: 'Regulars' })
  const roll = dice(7)
  const people = []
  for (let index = 0; index < 6; index++)
    people.push(await createCustomer(ctx, { firstName: `P${index}`, birthday: `1990-0${1 + index}-15` }))
  await addToSegment(ctx, { id: segment.id, customerIds: people.slice(0, 3).map(({ id }) => id) })
  for (const { id } of people.slice(2, 4)) await giveTier(ctx, { customerId: id, tierId: gold.id })
  const credit = await addUnit(ctx, {
    kind: 'money',
    code: 'eur',
    name: 'Credit',
    currency: 'EUR',
    scale: 2,
    isDefault: true,
  })
  for (const { id } of people) {
    const gift = { kind: 'earn', customerId: id, amount: 100_000 } as const
    await applyOperation(ctx, { ...gift, key: `credit:${id}`, unitId: credit.id })
    await applyOperation(ctx, { ...gift, key: `points:${id}`, unitId: unit.id })
  }
  const half = { kind: 'per_amount', amount: 1, perMinor: 200, rounding: 'nearest' } as const
  const definitions: Record<string, RuleDefinition> = {
    doubled: { conditions: [], earning: { kind: 'multiply', factor: 1.5, rounding: 'down' } },
    tea: {
      lines: { categoryIds: [drinks?.id ?? 0] },
      conditions: [{ kind: 'weekday', days: [5, 6, 7] }],
      earning: half,
    },
    people: {
      conditions: [
        {
          kind: 'any',
          of: [
            { kind: 'segment', segmentIds: [segment.id] },
            { kind: 'tier', tierIds: [gold.id] },
            { kind: 'birthday', daysBefore: 20, daysAfter: 20 },
          ],
        },
        { kind: 'not', of: { kind: 'first_purchase' } },
      ],
      earning: { kind: 'fixed', amount: 7 },
    },
    limited: {
      conditions: [{ kind: 'basket', minCount: 2 }],
      earning: half,
      limits: { perCustomer: { period: 'month', uses: 2, amount: 90 }, inAll: { period: 'year', amount: 400 } },
    },
    // Which of the two is given hangs on the other's limit.
    either: {
      conditions: [],
      earning: { kind: 'fixed', amount: 5 },
      limits: { perCustomer: { period: 'week', uses: 1 } },
      exclusiveGroup: 'one',
    },
    or: { conditions: [], earning: { kind: 'fixed', amount: 1 }, exclusiveGroup: 'one' },
  }
  const rules = []
  for (const [name, definition] of Object.entries(definitions))
    rules.push(await createEarningRule(ctx, { name, unitId: unit.id, state: 'active', definition }))
  const start = Date.parse('2025-10-20T00:00:00Z')
  for (let number = 0; number < 160; number++) {
    const lines = Array.from({ length: roll(4) }, () => ({
      code: ['TEA', 'MUG', 'BOOK'][roll(3)] ?? '',
      quantity: 1 + roll(3),
      unitPrice: (1 + roll(5_000)) / 100,
      earns: roll(5) > 0,
    }))
    const full = lines.reduce((sum, { quantity, unitPrice }) => sum + Math.round(quantity * unitPrice * 100), 0)
    // Every fourth was paid with points and credit, too, which the till took off its total.
    const isPaidWithValue = number % 4 === 0 && full > 1_000
    await recordPurchase(ctx, {
      space: 'till',
      source: 'till',
      confirmed: true,
      currency: 'EUR',
      onKnownNumber: 'refuse',
      number: `N-${number}`,
      customerId: people[roll(6)]?.id,
      occurredAt: new Date(start + number * 48_000_000),
      ...(lines.length > 0 ? { lines } : { totalMinor: roll(9_000) }),
      ...(isPaidWithValue ? { totalMinor: full - 500, spend: { points: 100, creditMinor: 400, deducted: true } } : {}),
    })
  }
  const paid = await ctx.db.query<{ id: number; times: number; amount: number }>(sql`
    select (d ->> 'id')::bigint as id, count(*) as times, sum((d ->> 'amount')::bigint)::bigint as amount
      from purchases p, jsonb_array_elements(p.decisions) d
     where p.tenant_id = ${ctx.tenant.id} and d ->> 'subject' = 'rule' and (d ->> 'fired')::boolean group by 1`)
  const time = { from: new Date(start), to: new Date('2027-01-01T00:00:00Z') }
  for (const rule of rules) {
    const { affected, amount, purchases } = await replayRule(ctx, { rule, ...time })
    const { times, amount: given } = paid.find(({ id }) => id === rule.id) ?? { times: 0, amount: 0 }
    expect([rule.name, purchases, affected, amount]).toEqual([rule.name, 160, times, given])
    expect([rule.name, given > 0]).toEqual([rule.name, true])
  }
})
