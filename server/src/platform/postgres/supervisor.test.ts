import { describe, expect, test } from 'vitest'
import { ownIdentity } from './process-identity.ts'
import { supervise } from './supervisor.ts'

const dead = { pid: 2 ** 22 + 1, startedAt: 'never' }

describe('the supervisor', () => {
  test('tries again after a failed restart', async () => {
    let attempts = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const watch = supervise({
      server: dead,
      restart: async () => {
        attempts += 1
        if (attempts < 3) throw new Error('not yet')
        resolve()
        return ownIdentity()
      },
      log: () => undefined,
      onLost: () => undefined,
      firstPauseMs: 1,
    })
    await promise
    watch.end()
    expect(attempts).toBe(3)
  })

  test('gives up after ten restarts in a row and says so once', async () => {
    let attempts = 0
    const lost: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    supervise({
      server: dead,
      restart: async () => {
        attempts += 1
        throw new Error('broken')
      },
      log: () => undefined,
      onLost: (error) => {
        lost.push(error.message)
        resolve()
      },
      firstPauseMs: 1,
    })
    await promise
    expect(attempts).toBe(10)
    expect(lost).toEqual([expect.stringContaining('died 10 times in a row')])
  })
})
