// The first calls that the console shows for copying, run as a shell would run them.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

/** The shell splits the line; in the place of curl stands a function that tells what it was given. */
function argumentsOf(line: string): string[] {
  const told = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${line}`], { encoding: 'utf8' })
  return told.split('\0').slice(0, -1)
}

/** What curl does with the few options that our calls use. */
function run(line: string) {
  const rest = argumentsOf(line)
  const headers: Record<string, string> = {}
  const data: string[] = []
  const urls: string[] = []
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const value = () => rest.shift() ?? ''
    if (word === '-H') {
      const [name = '', ...words] = value().split(': ')
      headers[name.toLowerCase()] = words.join(': ')
    } else if (word === '-u') headers.authorization = `Basic ${btoa(value())}`
    else if (word === '-d') data.push(value())
    else urls.push(word)
  }
  expect(urls).toHaveLength(1)
  const { pathname, search } = new URL(urls[0] ?? '')
  if (data.length > 0) headers['content-type'] ??= 'application/x-www-form-urlencoded'
  return app.inject({
    method: data.length > 0 ? 'POST' : 'GET',
    url: pathname + search,
    headers,
    payload: data.length > 0 ? data.join('&') : undefined,
  })
}

test.each(['retail', 'empty'] as const)(
  'the first call of each API is answered, in a new %s shop',
  async (template) => {
    const { apiKey } = await createTenant(server, { slug: template, name: "Jane's Shop", template })
    const headers = { authorization: `Bearer ${apiKey}` }
    const { apis } = (await app.inject({ url: '/api/v1/connect', headers })).json<{
      apis: { name: string; example_curl: string }[]
    }>()
    expect(apis).toHaveLength(6)
    for (const { name, example_curl: line } of apis) {
      const { statusCode, body } = await run(line.replace('YOUR_API_KEY', apiKey))
      expect(statusCode, `${name}: ${body}`).toBe(200)
    }
  },
)
