import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Random } from '../../../platform/random.ts'
import { selectRewardsByCodes } from '../rewards/store.ts'

// Without 0, 1, I and O, which people take for one another: 32 signs, five bits each.
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const codeLength = 12

/** A code to be typed in at a till, with sixty bits of chance. */
export function drawCode(random: Random): string {
  const bytes = random.hex(codeLength).match(/../g) ?? []
  return bytes.map((byte) => alphabet[Number.parseInt(byte, 16) % alphabet.length]).join('')
}

/** A voucher with a reward's own code would hide the reward from everybody who types it in. Refuses voucher.code_taken. */
export async function refuseRewardCode(ctx: Ctx, code: string): Promise<void> {
  if ((await selectRewardsByCodes(ctx, [code])).length > 0) throw new DomainError('voucher.code_taken', { code })
}
