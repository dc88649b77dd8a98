import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findRunningServer, recordServer } from './running-server.ts'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'regulars-running-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

it('the address of a running server is found until it is taken away', () => {
  expect(findRunningServer(dataDir)).toBeUndefined()
  const forget = recordServer(join(dataDir, 'deep'), 'http://127.0.0.1:4711')
  expect(findRunningServer(join(dataDir, 'deep'))).toBe('http://127.0.0.1:4711')
  forget()
  expect(findRunningServer(join(dataDir, 'deep'))).toBeUndefined()
})

it('a server that was killed, and a half-written record, are nobody', () => {
  writeFileSync(join(dataDir, 'server.json'), JSON.stringify({ pid: 2 ** 22 - 3, startedAt: '1', url: 'http://x' }))
  expect(findRunningServer(dataDir)).toBeUndefined()
  writeFileSync(join(dataDir, 'server.json'), '{"pid":')
  expect(findRunningServer(dataDir)).toBeUndefined()
})
