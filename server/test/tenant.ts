// A tenant of its own for a core test, without the accounts slice above it.
import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../src/platform/clock.ts'
import { type Ctx, makeCtx, type TenantId } from '../src/platform/ctx.ts'
import { dbOf, type Pool, sql } from '../src/platform/db.ts'
import { opaqueIds } from '../src/platform/ids.ts'
import { makeLog } from '../src/platform/log.ts'
import { systemRandom } from '../src/platform/random.ts'

/** A context that acts for a tenant made just now (EUR, DE). */
export async function newTenant(pool: Pool, options: { clock?: Clock } = {}): Promise<Ctx> {
  const slug = `t${randomBytes(6).toString('hex')}`
  const [row] = await dbOf(pool).query<{ id: number }>(
    sql`insert into tenants (slug, name) values (${slug}, 'Test shop') returning id`,
  )
  const server = {
    pool,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    ids: opaqueIds(Buffer.alloc(16, 7)),
    log: makeLog({ level: 'silent' }),
  }
  const tenant = {
    id: (row?.id ?? 0) as TenantId,
    slug,
    name: 'Test shop',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    language: 'en',
    country: 'DE',
    settings: {},
  }
  return makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test', ip: '192.0.2.1' })
}
