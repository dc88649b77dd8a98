import { describe, expect, test } from 'vitest'
import { ConfigRefused, localUrl, readConfig } from './config.ts'

describe('the environment', () => {
  test('a variable that is set and empty is not set: an empty host does not open every address of the machine', () => {
    const names = ['HOST', 'PORT', 'PUBLIC_URL', 'DATABASE_URL', 'DATA_DIR', 'LOG_LEVEL', 'REGULARS_ROLE', 'API_HOSTS']
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readConfig({}))
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', publicUrl: 'http://127.0.0.1:8080', logLevel: 'info' })
  })

  test.each([
    { PUBLIC_URL: 'loyalty.example' },
    { PUBLIC_URL: 'ftp://loyalty.example' },
    { PUBLIC_URL: 'https://' },
    { DATABASE_URL: 'loyalty' },
    { DATABASE_URL: 'mysql://localhost/loyalty' },
    { LOG_LEVEL: 'loud' },
    { PORT: '80 80' },
    { BODY_LIMIT_BYTES: '1' },
    { REGULARS_ROLE: 'boss' },
    { API_HOSTS: 'api.shop.example' },
  ])('%j is refused', (environment) => {
    expect(() => readConfig(environment)).toThrow(ConfigRefused)
    expect(() => readConfig(environment)).toThrow(Object.keys(environment)[0])
  })

  test('the password of a database that is refused is not repeated', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://root:hunter2@localhost/x' })).not.toThrow('hunter2')
  })

  test.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
    ['shop.local', 'http://shop.local:80'],
  ])('a server on %s is reached at %s', (host, url) => {
    expect(localUrl(host, 80)).toBe(url)
    expect(readConfig({ HOST: host, PORT: '80' }).publicUrl).toBe(url)
  })
})
