import { addUnit } from '../../core/ledger/index.ts'
import { addTier, createCard, createProgramme, putCardType } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale } from '../../platform/money.ts'
import type { Places } from '../places.ts'

/** Newsletter orders and what a browser tells do not earn (DESIGN.md, Trust). */
const earnSources = ['till', 'shop', 'api', 'import'] as const

/** The points every API shares, the credit of the tenant's currency, tiers, one programme of each kind, cards. */
export async function fillLoyalty(ctx: Ctx, places: Places): Promise<void> {
  const { currency } = ctx.tenant
  const points = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  await addUnit(ctx, {
    kind: 'money',
    code: `credit-${currency.toLowerCase()}`,
    name: `Credit ${currency}`,
    currency,
    scale: currencyScale(currency),
    isDefault: true,
  })
  const programme = await createProgramme(ctx, {
    kind: 'points',
    name: 'Points',
    unitId: points.id,
    isDefault: true,
    settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100, earnSources },
  })
  for (const [index, tier] of tiers.entries()) {
    await addTier(ctx, { programmeId: programme.id, rank: index + 1, settings: {}, ...tier })
  }
  await makeFurtherProgrammes(ctx)
  await makeCards(ctx, places)
}

const tiers = [
  { name: 'Bronze', threshold: 0 },
  { name: 'Silver', threshold: 500 },
  { name: 'Gold', threshold: 2_000 },
]

/** Each keeps its own unit, so that a visit can't be spent as a euro, nor a gift card as credit. */
async function makeFurtherProgrammes(ctx: Ctx): Promise<void> {
  const { currency } = ctx.tenant
  const money = { kind: 'money', currency, scale: currencyScale(currency), isDefault: false } as const
  const giftCard = await addUnit(ctx, { ...money, code: 'gift-card', name: 'Gift card' })
  const reward = await addUnit(ctx, { ...money, code: 'referral-reward', name: 'Referral reward' })
  const counted = { currency: null, scale: 0, isDefault: true } as const
  const visits = await addUnit(ctx, { ...counted, kind: 'visits', code: 'visits', name: 'Visits' })
  const coffees = await addUnit(ctx, { ...counted, kind: 'items', code: 'coffee', name: 'Coffee' })
  const oneWhole = 10 ** money.scale
  const programmes = [
    { kind: 'stored_value', name: 'Gift card', unitId: giftCard.id, settings: {} },
    { kind: 'fixed_reward', name: 'Refer a friend', unitId: reward.id, settings: { rewardMinor: 5 * oneWhole } },
    { kind: 'visits', name: 'Visits', unitId: visits.id, settings: {} },
    { kind: 'items', name: 'Coffee card', unitId: coffees.id, settings: {} },
  ] as const
  for (const programme of programmes) await createProgramme(ctx, { ...programme, isDefault: false })
}

async function makeCards(ctx: Ctx, places: Places): Promise<void> {
  const type = await putCardType(ctx, { code: 'loyalty-card', name: 'Loyalty card', prefix: '1000' })
  for (let made = 0; made < 5; made++) {
    await createCard(ctx, {
      cardTypeId: type.id,
      number: `${type.prefix}${ctx.random.digits(12)}`,
      storeId: places.store.id,
    })
  }
}
