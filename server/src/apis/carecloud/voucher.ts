import { getRewards, listVouchers, type Reward, type Voucher, type VoucherQuery } from '../../core/loyalty/index.ts'
import { type VoucherDiscount, voucherDiscountsOf } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../platform/money.ts'
import type { Call } from './call.ts'
import { type Answer, idOf, idOrNull, listOf, type Row, timeOf, timeOrNull } from './encode.ts'
import { fieldsOf } from './fields.ts'
import { customerFilter } from './people.ts'
import { type RewardView, rewardGroups, rewardRows } from './reward.ts'

const voucherFields = {
  voucher_id: 'id',
  customer_id: 'customerId',
  reward: 'rewardId',
  store_id: 'storeId',
  note: 'note',
  code: 'code',
  value: 'value',
  applied_date: 'appliedAt',
  valid_from: 'validFrom',
  valid_to: 'validTo',
  created_at: 'createdAt',
  last_change: 'updatedAt',
} as const

/** A page of vouchers: of all, of the customer or the reward in the path, or those that a purchase used. */
export async function voucherPage(
  call: Call,
  within: Pick<VoucherQuery, 'customerId' | 'purchaseId'> & { rewardId?: number } = {},
): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('vouchers'))
  // An app gets its own customer's, wherever it looks. Who used a purchase's vouchers is said by the purchase.
  const customerId =
    within.customerId ??
    (within.purchaseId === undefined ? await customerFilter(call) : query.id('customer_id', 'customer'))
  const [code, storeId] = [query.text('code'), query.id('store_id', 'organisation')]
  const [isValid, isApplied] = [query.boolean('is_valid'), query.boolean('is_applied')]
  const rewardIds = within.rewardId === undefined ? query.ids('reward_id', 'reward') : [within.rewardId]
  const withStores = query.boolean('without_stores') === false
  // Cancelled vouchers are gone here: there are no service vouchers to hide.
  query.boolean('include_service_vouchers')
  query.done()
  const { items, total } = await listVouchers(ctx, {
    ...(customerId === undefined ? {} : { customerId }),
    ...(within.purchaseId === undefined ? {} : { purchaseId: within.purchaseId }),
    ...(rewardIds === undefined ? {} : { rewardIds }),
    ...(code === undefined ? {} : { code }),
    ...(storeId === undefined ? {} : { storeId }),
    ...(isApplied === undefined ? {} : { states: [isApplied ? 'applied' : 'issued'] }),
    ...(isValid === undefined ? {} : { validity: { at: ctx.clock.now(), valid: isValid } }),
    orderBy: voucherFields[page.sortField as keyof typeof voucherFields] ?? 'id', // of the fields that query.page lets through, those that sort
    descending: page.descending,
    offset: page.offset,
    limit: page.limit,
  })
  return listOf('vouchers', await voucherRows(ctx, items, { withStores, languages: call.languages }), total)
}

/** Vouchers as they are read, each with its reward. */
export async function voucherRows(ctx: Ctx, vouchers: readonly Voucher[], view: RewardView): Promise<Row[]> {
  const rewards = await getRewards(
    ctx,
    vouchers.map((voucher) => voucher.rewardId),
  )
  const all = [...rewards.values()]
  const rows = await rewardRows(ctx, all, view)
  const discounts = await voucherDiscountsOf(
    ctx,
    vouchers.flatMap(({ purchaseId }) => purchaseId ?? []),
  )
  const rowOf = new Map(all.map((reward, index) => [reward.id as number, rows[index]]))
  return vouchers.map((voucher) =>
    voucherRow(ctx, voucher, {
      reward: rewards.get(voucher.rewardId),
      row: rowOf.get(voucher.rewardId),
      discount: discounts.get(voucher.id),
    }),
  )
}

interface Around {
  readonly reward: Reward | undefined
  readonly row: Row | undefined
  /** By the purchase that it was used for. */
  readonly discount: VoucherDiscount | undefined
}

function voucherRow(ctx: Ctx, voucher: Voucher, of: Around): Row {
  const { reward, row = null } = of
  return {
    voucher_id: idOf(ctx, 'voucher', voucher.id),
    customer_id: idOrNull(ctx, 'customer', voucher.customerId),
    store_id: idOrNull(ctx, 'organisation', voucher.appliedStoreId ?? voucher.storeId),
    code: voucher.code,
    value: valueShown(ctx, voucher, of),
    applied_date: timeOrNull(ctx, voucher.appliedAt),
    valid_from: timeOf(ctx, voucher.validFrom ?? reward?.validFrom ?? voucher.createdAt),
    valid_to: timeOrNull(ctx, voucher.validTo ?? reward?.validTo),
    // Text here, a number at the reward.
    reward_group: reward ? String(rewardGroups[reward.kind]) : null,
    note: voucher.note,
    reward: row,
    created_at: timeOf(ctx, voucher.createdAt),
    last_change: timeOf(ctx, voucher.updatedAt),
    state: voucher.state === 'cancelled' ? 0 : 1,
  }
}

/** What it took off where it was used in a purchase; else what it says or its reward gives. */
function valueShown(ctx: Ctx, voucher: Voucher, { reward, discount }: Around): number | null {
  if (discount) return fromMinor(discount.amountMinor, currencyScale(discount.currency))
  const value = voucher.valueMinor ?? amountOf(reward)
  return value === null ? null : fromMinor(value, currencyScale(ctx.tenant.currency))
}

function amountOf(reward: Reward | undefined): number | null {
  const benefit = reward?.definition.benefit
  return benefit?.kind === 'amount' ? benefit.amountMinor : null
}
