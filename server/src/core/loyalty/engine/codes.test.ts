import { describe, expect, test } from 'vitest'
import { basketOf, customerOf, questionOf, rewardOf, voucherOf, wednesday } from '../../../../test/questions.ts'
import { evaluate } from './evaluate.ts'
import type { OfferedCode, Question } from './types.ts'

const later = new Date(wednesday.getTime() + 1)
const byVoucher = rewardOf({ benefit: { kind: 'amount', amountMinor: 100 } }, { usage: 'voucher', priority: 1 })
const byCode = rewardOf({ benefit: { kind: 'amount', amountMinor: 100 } }, { id: 201, usage: 'code' })

function offered(voucher: Parameters<typeof voucherOf>[0] = {}, reward = byVoucher): OfferedCode {
  const made = voucherOf(voucher)
  return { code: made.code, reward, voucher: made }
}

function refusals(codes: readonly OfferedCode[], question: Partial<Question> = {}) {
  return evaluate(questionOf({ codes, ...question })).refusedCodes.map(({ reason }) => reason)
}

describe('a code is refused', () => {
  test.each<[string, OfferedCode, Partial<Question>?]>([
    ['unknown_code', { code: 'nobody-knows' }],
    ['voucher_used', offered({ state: 'applied', appliedAt: wednesday })],
    ['voucher_cancelled', offered({ state: 'cancelled' })],
    ['voucher_expired', offered({ validTo: wednesday })],
    ['not_yet_valid', offered({ validFrom: later })],
    ['voucher_of_another_customer', offered({ customerId: 8 })],
    ['voucher_of_another_customer', offered({ customerId: 8 }), { customer: undefined }],
    ['voucher_of_another_store', offered({ storeId: 1 }), { basket: basketOf([{}], { storeId: 2 }) }],
    ['voucher_of_another_store', offered({ storeId: 1 })],
    ['wrong_usage', { code: byVoucher.code, reward: byVoucher }],
    ['wrong_usage', { code: 'automatic', reward: rewardOf({}) }],
    ['not_active', offered({}, { ...byVoucher, state: 'paused' })],
    ['voucher_expired', offered({}, { ...byVoucher, validTo: wednesday })],
    ['not_yet_valid', offered({}, { ...byVoucher, validFrom: later })],
    ['no_longer_valid', { code: 'gone', reward: { ...byCode, validTo: wednesday } }],
    ['not_yet_valid', { code: 'soon', reward: { ...byCode, validFrom: later } }],
    [
      'segment',
      offered(
        {},
        { ...byVoucher, definition: { ...byVoucher.definition, conditions: [{ kind: 'segment', segmentIds: [4] }] } },
      ),
    ],
  ])('%s: %o', (reason, code, question) => {
    const outcome = evaluate(questionOf({ codes: [code], ...question }))
    expect(outcome.refusedCodes).toEqual([{ code: code.code, reason }])
    expect(outcome.decisions).toMatchObject([
      { subject: 'reward', id: code.reward?.id ?? 0, fired: false, reason, data: { code: code.code } },
    ])
    expect(outcome.discounts).toEqual([])
  })

  test('for the first of several reasons', () => {
    const wrong = { state: 'applied', validTo: wednesday, customerId: 8, storeId: 1 } as const
    expect(refusals([offered(wrong)])).toEqual(['voucher_used'])
    expect(refusals([offered({ ...wrong, state: 'cancelled' })])).toEqual(['voucher_cancelled'])
    expect(refusals([offered({ ...wrong, state: 'issued' })])).toEqual(['voucher_expired'])
    expect(refusals([offered({ ...wrong, state: 'issued', validTo: null })])).toEqual(['voucher_of_another_customer'])
  })

  test('the second time it is typed, in any case', () => {
    expect(refusals([offered(), offered()])).toEqual(['voucher_offered_twice'])
    const typed = (code: string) => ({ code, reward: byCode })
    expect(refusals([typed('spring'), typed('SPRING ')])).toEqual(['voucher_offered_twice'])
  })

  test('when its reward was given often enough in this basket', () => {
    expect(refusals([offered({ id: 1 }), offered({ id: 2 })])).toEqual(['max_per_basket'])
    const twice = { ...byVoucher, definition: { ...byVoucher.definition, maxPerBasket: 2 } }
    const outcome = evaluate(questionOf({ codes: [offered({ id: 1 }, twice), offered({ id: 2 }, twice)] }))
    expect(outcome.discounts).toMatchObject([
      { voucherId: 1, times: 1, amountMinor: 100 },
      { voucherId: 2, times: 1, amountMinor: 100 },
    ])
  })
})

describe('a voucher', () => {
  test('of its customer, in its store, gives its reward', () => {
    const basket = basketOf([{}], { storeId: 1 })
    const outcome = evaluate(questionOf({ basket, codes: [offered({ customerId: 7, storeId: 1 })] }))
    expect(outcome.discounts).toMatchObject([{ rewardId: 200, voucherId: 300, code: 'voucher-300', amountMinor: 100 }])
  })

  test('has a value of its own', () => {
    expect(evaluate(questionOf({ codes: [offered({ valueMinor: 250 })] })).totalMinor).toBe(750)
  })

  test('may be used by anybody where its reward is portable', () => {
    const portable = { ...byVoucher, definition: { ...byVoucher.definition, portable: true } }
    expect(refusals([offered({ customerId: 8 }, portable)])).toEqual([])
    expect(refusals([offered({ customerId: 8 }, portable)], { customer: undefined })).toEqual([])
  })

  test('outlives its reward’s making of new ones by an end of its own', () => {
    expect(refusals([offered({ validTo: later }, { ...byVoucher, validTo: wednesday })])).toEqual([])
  })

  test('that is a gift card is decided, but gives no discount: it pays', () => {
    const card = rewardOf({ benefit: { kind: 'thing' } }, { kind: 'gift_card', usage: 'voucher' })
    const outcome = evaluate(questionOf({ codes: [offered({ id: 1, bearerId: 5 }, card), offered({ id: 2 }, card)] }))
    expect(outcome).toMatchObject({ discounts: [], refusedCodes: [], totalMinor: 1_000 })
    expect(outcome.decisions).toMatchObject([{ fired: true, data: { pays: true } }, { fired: true }])
  })
})

describe('codes and automatic rewards', () => {
  test('take their turns by priority', () => {
    const rewards = [rewardOf({}, { id: 50, priority: 3 }), rewardOf({}, { id: 51, priority: 9 })]
    const codes = [{ code: 'c', reward: byCode }, offered(), { code: 'wrong' }]
    const outcome = evaluate(questionOf({ rewards, codes, customer: customerOf() }))
    expect(outcome.decisions.map(({ id, reason }) => [id, reason])).toEqual([
      [0, 'unknown_code'],
      [200, 'fired'],
      [50, 'fired'],
      [201, 'fired'],
      [51, 'fired'],
    ])
    // 1000 less 100, less a tenth, less 100, less a tenth.
    expect(outcome.totalMinor).toBe(639)
  })
})

describe('a receipt, whose prices have their benefits in them', () => {
  const basket = basketOf([{}], { benefits: false })
  const fromFifty = { kind: 'basket', minAmountMinor: 5_000 } as const

  test('gets no automatic reward and no amounts, but its codes are looked at', () => {
    const reward = { ...byVoucher, definition: { ...byVoucher.definition, conditions: [fromFifty] } }
    const codes = [offered({}, reward), offered({ id: 301, state: 'applied' }, reward)]
    const outcome = evaluate(questionOf({ basket, rewards: [rewardOf({})], codes }))
    expect(outcome).toMatchObject({
      totalMinor: 1_000,
      discounts: [{ rewardId: 200, voucherId: 300, times: 1, amountMinor: 0, lines: [] }],
      refusedCodes: [{ code: 'voucher-301', reason: 'voucher_used' }],
    })
    expect(outcome.decisions).toHaveLength(2)
  })

  test('is held to amounts, too, where it tells what benefits took off', () => {
    const reward = { ...byVoucher, definition: { ...byVoucher.definition, conditions: [fromFifty] } }
    const told = (givenMinor: number) => ({ basket: { ...basket, givenMinor } })
    expect(refusals([offered({}, reward)], told(3_999))).toEqual(['amount_too_small'])
    expect(refusals([offered({}, reward)], told(4_000))).toEqual([])
  })

  test('is still held to what does not depend on prices', () => {
    const conditions = [fromFifty, { kind: 'basket', minCount: 3 } as const]
    const reward = { ...byVoucher, definition: { ...byVoucher.definition, conditions } }
    expect(refusals([offered({}, reward)], { basket })).toEqual(['not_enough_items'])
  })
})
