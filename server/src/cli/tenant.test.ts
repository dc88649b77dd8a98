import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { recordServer } from '../platform/running-server.ts'

const { url } = await testDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'regulars-tenant-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

const main = fileURLToPath(new URL('main.ts', import.meta.url))

function run(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, DATABASE_URL: url, DATA_DIR: dataDir, ...environment }
  return spawnSync(process.execPath, [main, 'tenant', ...args], { env, encoding: 'utf8' })
}

describe('regulars tenant', () => {
  it('create --json prints one object with all that a script needs, under PUBLIC_URL', () => {
    const made = run(['create', 'nord', '--name', 'Nord Shop', '--template', 'retail', '--json'], {
      PUBLIC_URL: 'https://loyalty.example/',
    })
    expect(made.status).toBe(0)
    const text = expect.stringMatching(/^.{6,}$/)
    expect(JSON.parse(made.stdout)).toEqual({
      tenant: 'nord',
      console: { url: 'https://loyalty.example/', email: 'owner@nord.example', password: text },
      api: { base_url: 'https://loyalty.example/api/v1', key: text },
      cleverreach: {
        base_url: 'https://loyalty.example/cleverreach',
        client_id: text,
        client_secret: text,
        login: text,
        password: text,
      },
      rees46: { base_url: 'https://loyalty.example/rees46', shop_id: text, shop_secret: text },
      crmcom: {
        base_url: 'https://loyalty.example/crmcom/self-service/v1',
        api_key: text,
        organisation_id: text,
        app_id: text,
        merchant_id: text,
        venue_id: text,
      },
      carecloud: {
        base_url: 'https://loyalty.example/carecloud/webservice/rest-api/enterprise-interface/v1.0',
        login: text,
        password: text,
        user_external_application_id: text,
        customer_interface: {
          base_url: 'https://loyalty.example/carecloud/webservice/rest-api/customer-interface/v1.0',
          external_application_id: text,
        },
      },
      classic: { base_url: 'https://loyalty.example/classic', account_id: text, user_id: text, user_password: text },
    })
  })

  it('create without --json says the same in lines, under the address of the server that runs', () => {
    const forget = recordServer(dataDir, 'http://127.0.0.1:4711')
    const made = run(['create', 'sued', '--template', 'empty', '--currency', 'GBP'], { PORT: '9999' })
    forget()
    expect(made.status).toBe(0)
    expect(made.stdout).toContain('made tenant sued')
    expect(made.stdout).toContain('base_url  http://127.0.0.1:4711/classic')
  })

  it('create refuses with exit code 1 and a reason, and wrong usage with 2', () => {
    const taken = run(['create', 'nord'])
    expect([taken.status, taken.stdout]).toEqual([1, ''])
    expect(taken.stderr).toContain('tenant.slug_taken')
    expect(run(['create', 'Not A Slug']).stderr).toContain('request.invalid')
    expect(run(['create', 'west', '--template', 'huge']).status).toBe(2)
    expect(run(['create']).status).toBe(2)
  })

  it('list names them in the order they were made', () => {
    expect(
      run(['list'])
        .stdout.split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['nord', 'sued', ''])
    expect(JSON.parse(run(['list', '--json']).stdout)).toMatchObject([
      { slug: 'nord', name: 'Nord Shop', currency: 'EUR' },
      { slug: 'sued', name: 'sued', currency: 'GBP' },
    ])
  })
})
