import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { tryLock, withLock } from './lock-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'regulars-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a lock file', () => {
  test('is held by one at a time and names its holder', () => {
    const path = join(folder, 'one')
    const first = tryLock(path)
    expect(first.held).toBe(true)
    expect(tryLock(path)).toMatchObject({ held: false, holder: { pid: process.pid } })
    if (first.held) first.release()
    expect(tryLock(path).held).toBe(true)
  })

  test.each([
    ['a process that has ended', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'long ago' })],
    ['a process whose number another one bears now', JSON.stringify({ pid: process.ppid, startedAt: 'long ago' })],
    ['nobody, after a crash of the disk', ''],
  ])('left behind by %s is taken over', (_who, content) => {
    const path = join(folder, 'stale')
    writeFileSync(path, content)
    const attempt = tryLock(path)
    expect(attempt.held).toBe(true)
    if (attempt.held) attempt.release()
    expect(readdirSync(folder).filter((name) => name.startsWith('stale'))).toEqual([])
  })

  test('lets work take turns, also after work that failed', async () => {
    const path = join(folder, 'turns')
    let inside = 0
    const work = async (fail: boolean) => {
      inside += 1
      expect(inside).toBe(1)
      await delay(2)
      inside -= 1
      if (fail) throw new Error('failed')
    }
    const results = await Promise.allSettled([1, 2, 3, 4].map((turn) => withLock(path, () => work(turn === 2))))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  })

  test('that is never released ends the wait with the holder’s number', async () => {
    const path = join(folder, 'stuck')
    tryLock(path)
    await expect(withLock(path, async () => undefined, 50)).rejects.toThrow(`process ${process.pid} has held`)
  })
})
