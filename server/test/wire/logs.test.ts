// What is refused is the client's matter: the log of the server says nothing of it, and never names a person.
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const lines: string[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
const { app, server } = await testApp({ log })
const shop = await createTenant(server, { slug: 'logged', name: 'Logged', template: 'retail' })

test('refusals of every API leave no warning in the log', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const asked = [
    { url: '/cleverreach/oauth/token.php', headers: form, payload: 'grant_type=client_credentials&client_id=a' },
    { url: '/cleverreach/v3/login', payload: { login: 'jane@example.com', password: 'x' } },
    { url: '/rees46/profile/set', headers: form, payload: 'shop_id=x&email=jane@example.com' },
    { url: '/crmcom/self-service/v1/contacts/authenticate', payload: { username: 'jane@example.com', password: 'x' } },
    { url: '/carecloud/webservice/rest-api/enterprise-interface/v1.0/users/actions/login', payload: { login: 'jane' } },
    { url: '/classic', headers: form, payload: 'type=customer_info&account_id=1&code=jane@example.com' },
    { url: '/api/v1/customers', headers: { authorization: `Bearer ${shop.apiKey}` }, payload: { email: 'jane@' } },
  ]
  for (const { url, headers, payload } of asked) {
    const answer = await app.inject({ method: 'POST', url, headers, payload })
    expect(answer.statusCode, url).toBeLessThan(500)
  }
  expect(lines).toEqual([])
})

test('an API’s browser question without a purpose is answered', async () => {
  const answer = await app.inject({ method: 'OPTIONS', url: '/crmcom/self-service/v1/contacts/register' })
  expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([204, '*'])
})
