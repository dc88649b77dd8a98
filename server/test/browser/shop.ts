// A small shop with people and purchases, served over a socket for a browser.
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { createCustomer } from '../../src/core/customers/index.ts'
import { recordPurchases } from '../../src/core/purchases/index.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

export interface Shop {
  readonly origin: string
  readonly ctx: Ctx
  readonly owner: { readonly email: string; readonly password: string }
  /** Jane Smith has bought for 47.10 EUR, John Smith nothing. */
  readonly jane: { readonly id: number; readonly code: string }
  readonly john: { readonly id: number; readonly code: string }
}

const built = new URL('../../../console/dist/index.html', import.meta.url)
const hour = 3_600_000

/** Call it at the top of a test file. */
export async function openShop(): Promise<Shop> {
  if (!existsSync(built)) throw new Error('The console is not built. Run: npm run build -w console')
  const { app, server } = await testApp()
  const { tenant, owner } = await createTenant(server, { slug: 'corner', name: 'Corner Coffee', template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const jane = await createCustomer(ctx, { firstName: 'Jane', lastName: 'Smith', email: 'jane@example.com' })
  const john = await createCustomer(ctx, { firstName: 'John', lastName: 'Smith', email: 'john@example.com' })
  await recordPurchases(ctx, [
    {
      space: 'till',
      number: 'B-1001',
      source: 'till',
      confirmed: true,
      customerId: jane.id,
      currency: 'EUR',
      occurredAt: new Date(ctx.clock.now().getTime() - hour),
      lines: [
        { code: 'beans', name: 'House blend 1 kg', quantity: 1, unitPrice: '42.80' },
        { code: 'bun', name: 'Cardamom bun', quantity: 1, unitPrice: '4.30' },
      ],
      payments: [{ kind: 'card', amountMinor: 4710 }],
      onKnownNumber: 'refuse',
    },
    {
      space: 'till',
      number: 'B-1002',
      source: 'till',
      confirmed: true,
      currency: 'EUR',
      occurredAt: new Date(ctx.clock.now().getTime() - 2 * hour),
      lines: [{ code: 'flat-white', name: 'Flat white', quantity: 2, unitPrice: '3.90' }],
      onKnownNumber: 'refuse',
    },
  ])
  await app.listen({ host: '127.0.0.1', port: 0 })
  // Before the server is closed (hooks run backwards): a browser opens sockets ahead and would keep it waiting for a minute.
  afterAll(() => app.server.closeAllConnections())
  const { port } = app.server.address() as AddressInfo // an address of a port, since it listens on one
  return { origin: `http://127.0.0.1:${port}`, ctx, owner, jane, john }
}
