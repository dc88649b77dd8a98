import { createHash } from 'node:crypto'
import type { Random } from './random.ts'

/** Chance that can be repeated: the same seed gives the same numbers. For generated data and tests, never for secrets. */
export interface Chance {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number
  /** True this often: 0 never, 1 always. */
  yes(share: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** The position of one of the weights, the heavier the likelier. */
  weighted(weights: readonly number[]): number
}

export function seededChance(seed: string): Chance {
  const next = generator(createHash('sha256').update(seed).digest().readUInt32LE(0))
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    whole,
    yes: (share) => next() < share,
    pick: (items) => {
      const item = items[whole(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    weighted: (weights) => {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0)
      const found = weights.findIndex((weight) => {
        left -= weight
        return left < 0
      })
      return found < 0 ? weights.length - 1 : found
    },
  }
}

/** The numbers of `Random` from a seed: codes and card numbers of generated data. */
export function seededRandom(seed: string): Random {
  const chance = seededChance(seed)
  return {
    hex: (bytes) => Array.from({ length: bytes * 2 }, () => chance.whole(0, 15).toString(16)).join(''),
    digits: (count) => Array.from({ length: count }, (_, index) => chance.whole(index === 0 ? 1 : 0, 9)).join(''),
  }
}

/** mulberry32: small, fast, and good enough to scatter a shop's sales. */
function generator(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
