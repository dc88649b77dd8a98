import { createTenantWith } from '../../server/src/core/accounts/index.ts'
import { identifyMany } from '../../server/src/core/customers/index.ts'
import { addUnit, applyOperations, type Unit } from '../../server/src/core/ledger/index.ts'
import { createProgramme, type Programme } from '../../server/src/core/loyalty/index.ts'
import { type Ctx, makeCtx } from '../../server/src/platform/ctx.ts'
import { openPool } from '../../server/src/platform/db.ts'
import { makeLog } from '../../server/src/platform/log.ts'
import { makeServer } from '../../server/src/platform/server.ts'

export interface Shop {
  readonly ctx: Ctx
  readonly unit: Unit
  readonly programme: Programme
  readonly customerIds: readonly number[]
  close(): Promise<void>
}

const customersPerCall = 2_500

/** A shop with a points programme and so many customers, in the benchmark's database, with a pool of its own. */
export async function openShop(
  url: string,
  options: { connections: number; customers: number; slug: string },
): Promise<Shop> {
  const pool = openPool({ url, max: options.connections })
  const server = await makeServer({ pool, log: makeLog({ level: 'warn' }) })
  const actor = { kind: 'system', id: 'bench', via: 'bench' } as const
  const tenant = await createTenantWith(
    server,
    { slug: options.slug, name: 'Bench' },
    { actor, fill: async (ctx) => ctx.tenant },
  )
  const ctx = makeCtx(server, tenant, actor)
  const unit = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  const programme = await createProgramme(ctx, {
    kind: 'points',
    name: 'Points',
    unitId: unit.id,
    isDefault: true,
    settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
  })
  const customerIds: number[] = []
  for (let start = 0; start < options.customers; start += customersPerCall) {
    const batch = Array.from({ length: Math.min(customersPerCall, options.customers - start) }, (_, index) => ({
      claims: [{ kind: 'external' as const, source: 'bench', value: String(start + index) }],
      create: { firstName: 'Customer', lastName: String(start + index) },
    }))
    customerIds.push(...(await identifyMany(ctx, batch)).map((one) => one.customerId))
  }
  // As in a shop that has been open for a while: statistics are there, and everybody has earned something.
  for (let start = 0; start < customerIds.length; start += customersPerCall) {
    const earned = customerIds.slice(start, start + customersPerCall)
    await applyOperations(
      ctx,
      earned.map((customerId) => ({
        kind: 'earn',
        key: `first:${customerId}`,
        unitId: unit.id,
        customerId,
        programmeId: programme.id,
        amount: 100,
      })),
    )
  }
  await pool.query('analyze')
  return { ctx, unit, programme, customerIds, close: () => pool.end() }
}

/** One of the customers, spread evenly by a number. */
export function customerOf(shop: Shop, number: number): number {
  return shop.customerIds[(Math.imul(number, 2_654_435_761) >>> 0) % shop.customerIds.length] ?? 0
}
