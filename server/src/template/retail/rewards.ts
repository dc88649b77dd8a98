import { createReward } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale } from '../../platform/money.ts'

/** One reward that the till gives by itself, and one that customers buy with points: their code costs them at the till, a voucher before. */
export async function fillRewards(ctx: Ctx): Promise<void> {
  const { currency } = ctx.tenant
  const oneWhole = 10 ** currencyScale(currency)
  await createReward(ctx, {
    code: 'TENOFF',
    name: `10 percent off from 50 ${currency}`,
    usage: 'automatic',
    state: 'active',
    definition: {
      benefit: { kind: 'percent', percent: 10 },
      conditions: [{ kind: 'basket', minAmountMinor: 50 * oneWhole }],
    },
  })
  await createReward(ctx, {
    code: 'POINTS100',
    name: `2 ${currency} off for 100 points`,
    usage: 'code',
    kind: 'catalogue',
    state: 'active',
    pointsCost: 100,
    definition: { benefit: { kind: 'amount', amountMinor: 2 * oneWhole }, conditions: [] },
  })
}
