import { describe, expect, test } from 'vitest'
import { findViolations } from './rules.ts'
import { readSource } from './source.ts'

/** The rules broken by these files, without the paths. */
function broken(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, content]) => readSource(`server/src/${path}`, content))
  return findViolations(sources).map((violation) => violation.rule)
}

describe('the direction of knowledge', () => {
  test('accepts a slice and an API as they should be', () => {
    const files = {
      'core/ledger/index.ts': `export { earn } from './service.ts'`,
      'core/ledger/service.ts': `import { sql } from '../../platform/db.ts'\nimport { decide } from './rules.ts'`,
      'core/ledger/rules.ts': `export const decide = (now: Date) => new Date(now.getTime() + 1)`,
      'core/loyalty/service.ts': `import { earn } from '../ledger/index.ts'`,
      'apis/rees46/routes/profile.ts': `import { earn } from '../../../core/ledger/index.ts'\nimport { page } from '../../http/page.ts'`,
      'app.ts': `import { plugin } from './apis/rees46/plugin.ts'`,
      'cli/serve.ts': `import { createApp } from '../app.ts'`,
    }
    expect(broken(files)).toEqual([])
  })

  test.each([
    ['platform/db.ts', `import { earn } from '../core/ledger/index.ts'`, 'platform may not import core'],
    ['core/ledger/service.ts', `import { reply } from '../../apis/http/reply.ts'`, 'core may not import apis'],
    ['core/ledger/service.ts', `import type { FastifyReply } from 'fastify'`, 'core knows no wire'],
    ['core/ledger/service.ts', `const source = 'rees46'`, 'core knows no vendor, but says "rees46"'],
    ['core/ledger/service.ts', `const started = Date.now()`, 'the clock and randomness'],
    ['core/ledger/service.ts', `const today = new Date( )`, 'the clock and randomness'],
    ['core/ledger/service.ts', `import { randomBytes } from 'node:crypto'`, 'the clock and randomness'],
    ['core/ledger/service.ts', `const url = process.env.DATABASE_URL`, 'the environment is read'],
    [
      'core/loyalty/service.ts',
      `import { take } from '../ledger/store.ts'`,
      'a slice is imported by its index.ts only',
    ],
    ['core/loyalty/service.ts', `const { take } = await import('../ledger/store.ts')`, 'a slice is imported by its'],
    ['core/loyalty/service.ts', `export * from '../ledger/store.ts'`, 'a slice is imported by its index.ts only'],
    ['core/loyalty/tier-rules.ts', `export async function decide() {}`, 'rules are pure, but this says "async"'],
    ['core/loyalty/rules.ts', `import { find } from './store.ts'`, 'rules are pure, but this imports ./store.ts'],
    ['apis/rees46/plugin.ts', `import { encode } from '../crmcom/encode.ts'`, 'APIs never import one another'],
    ['apis/rees46/plugin.ts', `import pg from 'pg'`, 'an API knows no database'],
    [
      'apis/rees46/plugin.ts',
      `import { type Db, sql } from '../../platform/db.ts'`,
      'an API knows no SQL, but imports sql',
    ],
    ['apis/rees46/plugin.ts', 'const q = `select id\n from customers`', 'an API knows no SQL, but says'],
    [
      'apis/rees46/plugin.ts',
      `import { take } from '../../core/ledger/store.ts'`,
      'a slice is imported by its index.ts',
    ],
    ['jobs/send.ts', `import { plugin } from '../apis/rees46/plugin.ts'`, 'jobs may not import apis'],
    ['cli/tenant.ts', `import { plugin } from '../apis/rees46/plugin.ts'`, 'cli may not import apis'],
    ['core/ledger/utils.ts', `export const a = 1`, 'nothing is called utils.ts'],
    ['somewhere/a.ts', `export const a = 1`, 'belongs to no layer'],
  ])('refuses in %s: %s', (path, content, rule) => {
    expect(broken({ [path]: content })).toEqual([expect.stringContaining(rule)])
  })

  test('keeps the console away from the code of the server', () => {
    const source = readSource('console/src/page.tsx', `import { earn } from '../../server/src/core/ledger/index.ts'`)
    expect(findViolations([source])).toEqual([
      { path: 'console/src/page.tsx', rule: expect.stringContaining('over HTTP only') },
    ])
  })

  test('finds slices that know one another in a circle', () => {
    const rules = broken({
      'core/a/service.ts': `import { b } from '../b/index.ts'`,
      'core/b/service.ts': `import { c } from '../c/index.ts'`,
      'core/c/service.ts': `import type { A } from '../a/index.ts'`,
    })
    expect(rules).toEqual(['slices know one another in a circle: a -> b -> c -> a'])
  })

  test('does not mistake comments, texts and regular expressions for code', () => {
    const content = [
      '// CleverReach obliges us to this; see Date.now()',
      '/* import pg from "pg" */',
      `const text = 'never call Date.now() or process.env'`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the string is source code
      'const quotes = /["\'`]/.test(text) ? `a ${ { b: `nested ${text}` }.b } Math.random()` : text // sticky',
      'export const half = text.length / 2 / 1',
    ].join('\n')
    expect(broken({ 'core/ledger/service.ts': content })).toEqual([])
  })

  test('sees code inside a template', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the string is source code
    const content = 'const text = `now ${Date.now()} and ${`again`}`'
    expect(broken({ 'core/ledger/service.ts': content })).toEqual([expect.stringContaining('Date.now')])
  })

  test('leaves tests alone: they may look anywhere', () => {
    expect(broken({ 'core/ledger/store.test.ts': `import pg from 'pg'\nconst now = Date.now()` })).toEqual([])
  })
})
