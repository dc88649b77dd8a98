import type { Server } from '../../platform/ctx.ts'
import { type Db, inSnapshot, type Sql, sql } from '../../platform/db.ts'
import { type Check, checks } from './checks.ts'
import type { CheckResult, Verification } from './types.ts'

const shownRows = 20

/**
 * Proves the invariants on a live database, in one snapshot: what is written meanwhile is neither seen nor held up. Checks
 * one tenant or all; `onCheck` is told before each check.
 */
export function verify(
  server: Pick<Server, 'pool'>,
  options: { tenantId?: number; onCheck?: (done: number, name: string) => void } = {},
): Promise<Verification> {
  return inSnapshot(server.pool, async (db) => {
    const tenants = await selectTenants(db, options.tenantId)
    const results: CheckResult[] = []
    for (const [done, check] of checks.entries()) {
      options.onCheck?.(done, check.name)
      results.push(await run(db, check, tenants))
    }
    return { tenants: tenants.length, results, holds: results.every((result) => result.breaches === 0) }
  })
}

export const checkCount = checks.length

async function selectTenants(db: Db, only: number | undefined): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    only === undefined ? sql`select id from tenants order by id` : sql`select id from tenants where id = ${only}`,
  )
  return rows.map((row) => row.id)
}

async function run(db: Db, check: Check, tenants: readonly number[]): Promise<CheckResult> {
  let [examined, breaches] = [0, 0]
  const rows: Record<string, unknown>[] = []
  for (const tenantId of tenants) {
    const [count] = await db.query<{ examined: number }>(check.examined(tenantId))
    examined += count?.examined ?? 0
    const broken = await db.query<Record<string, unknown>>(withCount(check.broken(tenantId)))
    breaches += Number(broken[0]?.all_breaches ?? 0)
    for (const { all_breaches, ...row } of broken) if (rows.length < shownRows) rows.push({ tenant: tenantId, ...row })
  }
  return { check: check.name, claim: check.claim, examined, breaches, rows }
}

function withCount(broken: Sql): Sql {
  return sql`select broken.*, count(*) over () as all_breaches from (${broken}) broken limit ${shownRows}`
}
