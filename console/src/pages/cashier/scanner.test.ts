import { describe, expect, test } from 'vitest'
import { type Burst, scanned, withKey } from './scanner.ts'

function typed(text: string, gapMs: number): { burst: Burst | undefined; end: number } {
  let burst: Burst | undefined
  let at = 1000
  for (const key of text) {
    burst = withKey(burst, key, at)
    at += gapMs
  }
  return { burst, end: at }
}

describe('a scan', () => {
  test.each<[string, string, number, string | undefined]>([
    ['a wedge scanner', '1000123456789012', 4, '1000123456789012'],
    ['a slow one over the air', 'SORRY-1', 30, 'SORRY-1'],
    ['a person', '1000123456789012', 90, undefined],
    ['a fast person', 'jane@example.com', 60, undefined],
    ['an amount typed in a hurry', '12.5', 20, undefined],
  ])('%s', (_name, text, gapMs, found) => {
    const { burst, end } = typed(text, gapMs)
    expect(scanned(burst, end)).toBe(found)
  })

  test('begins after what was typed before it', () => {
    let burst = typed('12', 100).burst
    for (const [index, key] of [...'CARD-77'].entries()) burst = withKey(burst, key, 5000 + index * 5)
    expect(scanned(burst, 5035)).toBe('CARD-77')
  })

  test('needs its Enter at once', () => {
    const { burst, end } = typed('CARD-77', 5)
    expect(scanned(burst, end + 400)).toBeUndefined()
    expect(scanned(undefined, 0)).toBeUndefined()
  })
})
