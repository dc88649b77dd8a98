import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, applyOperation } from '../ledger/index.ts'
import {
  addPoolCodes,
  applyVoucher,
  cancelVoucher,
  createCodePool,
  createProgramme,
  createReward,
  issueVoucher,
} from '../loyalty/index.ts'
import { recordPurchase } from '../purchases/index.ts'
import { verify } from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const unit = await addUnit(ctx, {
  kind: 'points',
  code: 'p',
  name: 'Points',
  currency: null,
  scale: 0,
  isDefault: true,
})
await createProgramme(ctx, {
  kind: 'points',
  name: 'Points',
  unitId: unit.id,
  isDefault: true,
  settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
})
const customer = await createCustomer(ctx, { firstName: 'Eve', email: 'eve@example.com' })
const other = await createCustomer(ctx, { firstName: 'Bob', email: 'bob@example.com' })

const base = {
  space: 'till',
  source: 'till',
  confirmed: true,
  currency: 'EUR',
  customerId: customer.id,
  onKnownNumber: 'refuse',
  occurredAt: new Date('2026-01-05'),
} as const
await recordPurchase(ctx, { ...base, number: '1', lines: [{ code: 'A', quantity: 4, unitPrice: 50 }] })
await recordPurchase(ctx, { ...base, number: '2', totalMinor: 3000, spend: { points: 100 } })
await recordPurchase(ctx, {
  ...base,
  number: 'C1',
  kind: 'cancellation',
  cancelsNumber: '1',
  lines: [{ code: 'A', quantity: 1, unitPrice: 50 }],
})
const hold = await applyOperation(ctx, {
  kind: 'hold',
  key: 'hold',
  unitId: unit.id,
  customerId: customer.id,
  amount: 10,
})
await applyOperation(ctx, {
  kind: 'capture',
  key: 'capture',
  reverses: hold.key,
  unitId: unit.id,
  customerId: customer.id,
  amount: 4,
})
await addUnit(ctx, { kind: 'money', code: 'e', name: 'Credit', currency: 'EUR', scale: 2, isDefault: true })
const codes = await createCodePool(ctx, { name: 'Printed' })
await addPoolCodes(ctx, { poolId: codes.id, codes: ['A', 'B', 'C', 'D'] })
const reward = { state: 'active', usage: 'voucher', name: 'Reward' } as const
const catalogue = await createReward(ctx, {
  ...reward,
  code: 'TEN',
  kind: 'catalogue',
  pointsCost: 10,
  definition: {
    benefit: { kind: 'thing' },
    conditions: [],
    codePoolId: codes.id,
    limits: { inAll: { period: 'ever', uses: 4 } },
  },
})
const used = await issueVoucher(ctx, { rewardId: catalogue.id, customerId: customer.id })
await applyVoucher(ctx, { id: used.id })
const back = await issueVoucher(ctx, { rewardId: catalogue.id, customerId: customer.id })
await cancelVoucher(ctx, back.id)
await issueVoucher(ctx, { rewardId: catalogue.id, customerId: customer.id })
const gift = await createReward(ctx, {
  ...reward,
  code: 'GIFT',
  kind: 'gift_card',
  definition: { benefit: { kind: 'thing' }, conditions: [] },
})
await issueVoucher(ctx, { rewardId: gift.id, valueMinor: 5_000 })
await pool.query(
  `insert into rule_usages (tenant_id, rule_id, uses, amount) values (${ctx.tenant.id}, ${catalogue.id}, 4, 0)`,
)
await pool.query(
  "insert into messages (tenant_id, key, channel, purpose, to_address) values ($1, 'm1', 'email', 'security', 'eve@example.com')",
  [ctx.tenant.id],
)

const broken = async () =>
  (await verify(ctx)).results.filter((result) => result.breaches > 0).map((result) => result.check)

test('sound books hold, and every check looked at something', async () => {
  const { holds, results } = await verify(ctx)
  expect(holds).toBe(true)
  for (const name of [
    'postings-balance',
    'balances-equal-postings',
    'lots-equal-balances',
    'holds',
    'reversals',
    'purchases-have-postings',
    'posting-keys',
    'identities',
    'voucher-codes',
    'vouchers-paid',
    'vouchers-used',
    'gift-cards',
    'pool-codes',
    'rule-limits',
  ]) {
    expect(results.find((result) => result.check === name)?.examined).toBeGreaterThan(0)
  }
})

/** Each breach: what somebody does to the tables behind the program's back, and the checks that must see it. */
const breaches: readonly [string, readonly string[], readonly string[]][] = [
  [
    'a posting of nothing',
    ['alter table postings drop constraint postings_amount', "update postings set amount = 0 where key = 'capture'"],
    ['postings-balance'],
  ],
  [
    'a balance made up',
    ["update ledger_accounts set balance = balance + 5 where role = 'available'"],
    ['balances-equal-postings', 'lots-equal-balances'],
  ],
  [
    'a balance below its floor',
    [
      'alter table ledger_accounts drop constraint ledger_accounts_floor',
      "update ledger_accounts set balance = -1 where role = 'available'",
    ],
    ['floors'],
  ],
  ['a lot lost', ['delete from lot_movements', 'delete from lots where remaining > 0'], ['lots-equal-balances']],
  ['a lot of nobody', ['update lots set account_id = 1'], ['ledger-references', 'lots-equal-balances']],
  ['a movement of no lot', ['update lot_movements set lot_id = 1'], ['ledger-references']],
  ['a posting of no account', ["update postings set from_account_id = 1 where key = 'capture'"], ['postings-balance']],
  ['a posting of no programme', ['update postings set programme_id = 1'], ['ledger-references']],
  [
    'a line of no purchase',
    ['update purchase_lines set purchase_id = 1 where id = (select min(id) from purchase_lines)'],
    ['lines-have-purchases'],
  ],
  ['a report of no purchase', ['update purchase_reports set purchase_id = 1'], ['purchase-references']],
  ['a sale in no store', ['update purchases set store_id = 1'], ['purchase-references']],
  [
    'an account of no unit',
    [`update ledger_accounts set unit_id = 1 where unit_id = ${unit.id}`],
    ['ledger-references', 'postings-balance'],
  ],
  ['a lot refilled', ['update lots set remaining = amount'], ['lots-equal-balances', 'lots-equal-movements']],
  [
    'a posting lost',
    ["delete from postings where kind = 'earn'"],
    ['balances-equal-postings', 'purchases-have-postings', 'ledger-references'],
  ],
  [
    'a hold forgotten',
    ["update ledger_accounts set balance = balance - 1 where role = 'held'"],
    ['holds', 'balances-equal-postings'],
  ],
  [
    'a reversal beyond its posting',
    ["update postings set amount = amount + 1000 where kind = 'reverse'"],
    ['reversals'],
  ],
  [
    'an effect without its posting',
    ["update purchase_effects set posting_key = 'nowhere' where kind = 'earn' and amount = 200"],
    ['purchases-have-postings', 'postings-have-purchases'],
  ],
  [
    'a purchase that earned twice',
    [
      "insert into purchase_effects (tenant_id, purchase_id, kind, programme_id, unit_id, amount, posting_key) select tenant_id, purchase_id, kind, programme_id, unit_id, amount, posting_key || 'x' from purchase_effects where kind = 'earn'",
    ],
    ['purchases-earn-once'],
  ],
  [
    'a payment without its posting',
    ["update purchase_payments set unit_amount = unit_amount + 1 where kind = 'points'"],
    ['payments-have-postings'],
  ],
  [
    'more cancelled than sold',
    ['update purchase_lines set cancelled_quantity = quantity + 1 where quantity > 0'],
    ['cancelled-within-sold'],
  ],
  [
    'a key twice',
    [
      'alter table postings drop constraint postings_key_key',
      "update postings set key = 'same' where kind in ('hold', 'capture')",
    ],
    ['posting-keys'],
  ],
  [
    'an identity of two people',
    [
      'alter table identities drop constraint identities_value_key',
      "update identities set value = 'eve@example.com' where kind = 'email'",
    ],
    ['identities'],
  ],
  [
    'a purchase number twice',
    [
      'alter table purchase_reports drop constraint purchase_reports_number_key',
      "update purchase_reports set number = '1'",
    ],
    ['purchase-numbers'],
  ],
  [
    'a message made twice',
    [
      'alter table messages drop constraint messages_key_key',
      'insert into messages (tenant_id, key, channel, purpose, to_address) select tenant_id, key, channel, purpose, to_address from messages',
    ],
    ['message-keys'],
  ],
  [
    'a code of two vouchers',
    ['drop index vouchers_code_key', "update vouchers set code = 'same' where state <> 'cancelled'"],
    ['voucher-codes'],
  ],
  [
    'a voucher that nobody paid for',
    [`update vouchers set cost_key = 'nowhere' where id = ${used.id}`],
    ['vouchers-paid'],
  ],
  [
    'a cancelled voucher whose points are gone',
    [`update vouchers set state = 'cancelled', applied_at = null where id = ${used.id}`],
    ['vouchers-paid'],
  ],
  [
    'a voucher used after its points were given back',
    [`update vouchers set state = 'issued' where id = ${back.id}`],
    ['vouchers-paid'],
  ],
  ['a voucher used at no time', [`update vouchers set applied_at = null where id = ${used.id}`], ['vouchers-used']],
  ['a voucher used by no purchase', [`update vouchers set purchase_id = 1 where id = ${used.id}`], ['vouchers-used']],
  [
    'a gift card of a customer',
    [`update vouchers set bearer_id = ${customer.id} where bearer_id is not null`],
    ['gift-cards'],
  ],
  [
    'a gift card that says more',
    ['update vouchers set value_minor = 6000 where bearer_id is not null'],
    ['gift-cards'],
  ],
  [
    'a gift card cancelled with its value',
    ["update vouchers set state = 'cancelled' where bearer_id is not null"],
    ['gift-cards'],
  ],
  ['a code taken for no voucher', ["update pool_codes set voucher_id = 1 where code = 'D'"], ['pool-codes']],
  ['a limit passed', ['update rule_usages set uses = 5'], ['rule-limits']],
  ['less than nothing given', ['update rule_usages set amount = -1'], ['rule-limits']],
  [
    'a merged customer with an identity',
    [`update customers set state = 'merged', merged_into = ${other.id} where id = ${customer.id}`],
    ['merged-customers'],
  ],
]

test.each(breaches)('%s is found', async (_, statements, found) => {
  // DDL is transactional: the breach is planted, seen on the same connection, and gone again.
  const client = await pool.connect()
  try {
    await client.query('begin')
    for (const statement of statements) await client.query(statement)
    const planted = {
      connect: async () =>
        Object.assign(Object.create(client), { query: ignoringTransactions(client), release: () => undefined }),
    }
    const { holds, results } = await verify({ pool: planted as unknown as typeof pool }) // only connect is used
    expect(holds).toBe(false)
    const seen = results.filter((result) => result.breaches > 0)
    expect(seen.map((result) => result.check)).toEqual(expect.arrayContaining([...found]))
    for (const result of seen) expect(result.rows.length).toBeGreaterThan(0)
  } finally {
    await client.query('rollback')
    client.release()
  }
  expect(await broken()).toEqual([])
})

/** The planted breach lives in an open transaction, which the snapshot must neither begin nor end. */
function ignoringTransactions(client: { query: (query: never) => Promise<unknown> }) {
  return async (query: string | object) =>
    typeof query === 'string' && /^(begin|rollback)/.test(query) ? undefined : client.query(query as never)
}
