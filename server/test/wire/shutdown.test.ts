// A server that is told to stop answers whoever is connected, takes nobody new, and then is gone.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

test('requests that come on an open connection while the server closes are answered as ever', async () => {
  const { apiKey } = await createTenant(server, { slug: 'closing', name: 'Closing', template: 'empty' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const socket = connect(port, '127.0.0.1')
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const head = (method: string, url: string) =>
    `${method} ${url} HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer ${apiKey}\r\n`
  const body = JSON.stringify({ first_name: 'Late' })
  const begun = once(app.server, 'request')
  socket.write(
    `${head('POST', '/api/v1/customers')}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  )
  await begun

  const closed = app.close()
  while (app.server.listening) await delay(5)
  socket.write(`${body}${head('GET', '/api/v1/customers')}\r\n`)
  await once(socket, 'close')
  await closed
  const statuses = [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
  expect(statuses).toEqual(['201', '200'])
  expect(said).toContain('"first_name":"Late"')
  const late = connect(port, '127.0.0.1')
  await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
