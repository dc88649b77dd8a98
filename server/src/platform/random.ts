import { createHash, randomBytes, randomInt } from 'node:crypto'

/** Randomness for secrets, codes and card numbers; injected as `ctx.random` so that tests can be deterministic. */
export interface Random {
  /** Lower-case hex of this many bytes. */
  hex(bytes: number): string
  /** This many decimal digits, the first not 0. */
  digits(count: number): string
}

export const systemRandom: Random = {
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  digits: (count) => Array.from({ length: count }, (_, index) => randomInt(index === 0 ? 1 : 0, 10)).join(''),
}

/** SHA-256 in hex: how secrets of high entropy (keys, tokens) are stored and found. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
