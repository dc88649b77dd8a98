import type { Ctx } from '../../../platform/ctx.ts'
import { cleanText } from '../../../platform/text.ts'
import type { OfferedCode } from '../engine/types.ts'
import { selectRewardsByCodes, selectRewardsByIds } from '../rewards/store.ts'
import { selectCancelledByCodes, selectVouchersByCodes } from './store.ts'

/**
 * What codes that somebody typed in lead to, one answer each in their order, a code that came twice twice: a voucher, else a
 * reward by its own code, else a voucher that was cancelled, else nothing. `lock` keeps the vouchers from everybody else until the
 * transaction ends.
 */
export async function findOfferedCodes(
  ctx: Ctx,
  codes: readonly string[],
  options: { lock?: boolean } = {},
): Promise<OfferedCode[]> {
  const asked = codes.map((code) => cleanText(code).trim())
  if (asked.length === 0) return []
  const vouchers = byCode(await selectVouchersByCodes(ctx, asked, options.lock ?? false))
  const open = asked.filter((code) => !vouchers.has(code.toLowerCase()))
  const byRewardCode = byCode(open.length > 0 ? await selectRewardsByCodes(ctx, open) : [])
  const lost = open.filter((code) => !byRewardCode.has(code.toLowerCase()))
  const cancelled = byCode(lost.length > 0 ? await selectCancelledByCodes(ctx, lost) : [])
  const found = [...vouchers.values(), ...cancelled.values()]
  const rewards = new Map(
    (
      await selectRewardsByIds(
        ctx,
        found.map(({ rewardId }) => rewardId),
      )
    ).map((reward) => [reward.id, reward]),
  )
  return asked.map((code) => {
    const key = code.toLowerCase()
    const voucher = vouchers.get(key) ?? cancelled.get(key)
    const reward = voucher ? rewards.get(voucher.rewardId) : byRewardCode.get(key)
    return { code, ...(reward ? { reward } : {}), ...(voucher ? { voucher } : {}) }
  })
}

function byCode<Row extends { readonly code: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.code.toLowerCase(), row]))
}
