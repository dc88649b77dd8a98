import { describe, expect, test } from 'vitest'
import { testApp } from '../test/app.ts'

const { app } = await testApp()

describe('the server answers for itself', () => {
  test('it is alive and ready, and every answer names its request', async () => {
    const alive = await app.inject({ url: '/healthz' })
    expect(alive.json()).toEqual({ status: 'alive' })
    expect(alive.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    expect((await app.inject({ url: '/readyz' })).json()).toEqual({ status: 'ready' })
  })

  test('a harmless request id of a proxy is kept, any other replaced', async () => {
    const kept = await app.inject({ url: '/healthz', headers: { 'x-request-id': 'lb-17' } })
    expect(kept.headers['x-request-id']).toBe('lb-17')
    const replaced = await app.inject({ url: '/healthz', headers: { 'x-request-id': 'a b\u00e9' } })
    expect(replaced.headers['x-request-id']).not.toBe('a b\u00e9')
  })

  test('metrics speak of requests, connections and the process', async () => {
    const text = (await app.inject({ url: '/metrics' })).body
    expect(text).toContain('regulars_http_request_duration_seconds_count{api="other",status="200"}')
    expect(text).toContain('regulars_database_connections{state="open"}')
    expect(text).toContain('process_resident_memory_bytes')
  })
})

describe('the reference', () => {
  test('is a document of OpenAPI 3.1 for each API, and a page that needs nothing from elsewhere', async () => {
    const page = await app.inject({ url: '/docs/' })
    expect(page.statusCode).toBe(200)
    expect(page.body).not.toMatch(/(src|href)="https?:/)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    const settings = (await app.inject({ url: '/docs/static/swagger-initializer.js' })).body
    for (const [, url] of settings.matchAll(/"url":"([^"]+)"/g)) {
      const document = (await app.inject({ url })).json()
      expect(document.openapi, url).toBe('3.1.0')
      expect(Object.keys(document.paths).length, url).toBeGreaterThan(0)
    }
    expect(settings).toContain('/docs/native.json')
  })
})

describe('an address that nothing answers', () => {
  test('gives the console to a browser, protected', async () => {
    const page = await app.inject({ url: '/customers/17', headers: { accept: 'text/html' } })
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  })

  test.each(['/api/v1/%zz', `/api/v1/products/${'x'.repeat(600)}`, '/api/v1/customers/%00'])(
    'is refused when it cannot be read: %.30s',
    async (url) => {
      const answer = await app.inject({ url })
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.statusCode).toBeLessThan(500)
      expect(answer.headers['content-type']).toContain('problem+json')
    },
  )

  test('is not found for a program', async () => {
    const answer = await app.inject({ url: '/nothing', headers: { accept: 'application/json' } })
    expect(answer.statusCode).toBe(404)
    expect(answer.json().code).toBe('request.not_found')
    expect((await app.inject({ method: 'POST', url: '/nothing' })).statusCode).toBe(404)
  })
})

describe('a server can be told', () => {
  test('to answer as one API under a host name of its own', async () => {
    const bound = await testApp({ config: { apiHosts: { 'api.shop.example': 'native' } } })
    const ask = (host: string, url: string) => bound.app.inject({ url, headers: { host } })
    expect((await ask('api.shop.example', '/units')).json().code).toBe('request.unauthenticated')
    expect((await ask('api.shop.example:443', '/nothing')).json().code).toBe('request.not_found')
    expect((await ask('other.example', '/units')).statusCode).toBe(404)
    expect((await ask('api.shop.example', '/healthz')).json()).toEqual({ status: 'alive' })
  })

  test('to work without serving: a worker answers for its health alone', async () => {
    const worker = await testApp({ config: { role: 'worker' } })
    expect((await worker.app.inject({ url: '/healthz' })).statusCode).toBe(200)
    expect((await worker.app.inject({ url: '/metrics' })).statusCode).toBe(200)
    expect((await worker.app.inject({ url: '/api/v1/units' })).statusCode).toBe(404)
  })
})
