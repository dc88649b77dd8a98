import { findToken, issueToken } from '../../../core/accounts/index.ts'
import type { Random } from '../../../platform/random.ts'
import { api, type Call } from '../auth.ts'
import { findInteger, refuse, requireText } from '../decode.ts'
import type { Answer } from '../encode.ts'

const kind = 'time'
const defaultSeconds = 60
const longestSeconds = 31 * 86_400

/** A token that says for some seconds that a user of the account asked for it. */
export async function generateTimeToken({ ctx, fields, user }: Call): Promise<Answer> {
  const ttlSeconds = findInteger(fields, 'token_interval', { min: 1, max: longestSeconds }) ?? defaultSeconds
  const { token } = await issueToken(ctx, {
    api,
    kind,
    token: letters(ctx.random, 36),
    ttlSeconds,
    data: { userId: user.publicId },
  })
  return { head: { token } }
}

/** Such tokens are made of capital letters; 36 of them hold more than 160 bits. */
function letters(random: Random, count: number): string {
  const pairs = random.hex(2 * count).match(/.{4}/g) ?? []
  return pairs.map((pair) => String.fromCharCode(65 + (Number.parseInt(pair, 16) % 26))).join('')
}

/** Answers `valid` where every other call says `success`. */
export async function validateTimeToken({ ctx, fields }: Call): Promise<Answer> {
  const found = await findToken(ctx, { api, kinds: [kind], token: requireText(fields, 'token') })
  if (found?.tenant.id !== ctx.tenant.id) return refuse('token', 'is not valid')
  return { status: 'valid' }
}
