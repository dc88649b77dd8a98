import type { Ctx } from '../../../platform/ctx.ts'
import type { Pool, Sql } from '../../../platform/db.ts'
import type { RuleBook } from '../engine/types.ts'
import { type BookJson, isVersion, selectBook } from './book-store.ts'

interface Known {
  readonly version: number
  readonly book: RuleBook
}

// One process may serve many tenants; beyond this many the one that was read first is read again.
const maxTenants = 2_000
const known = new WeakMap<Pool, Map<number, Known>>()
// No version is negative: whoever knows nothing asks with this one.
const nothing = -1

/**
 * The active rules, the active automatic rewards and the default programme, in one statement that sees what the open
 * transaction sees. What was read before is kept with its version, and read again only when the version has changed.
 */
export async function loadRuleBook(ctx: Ctx): Promise<RuleBook> {
  const tenants = known.get(ctx.pool) ?? new Map<number, Known>()
  known.set(ctx.pool, tenants)
  const before = tenants.get(ctx.tenant.id)
  const { version, book } = await selectBook(ctx, before?.version ?? nothing)
  if (book === null && before?.version === version) return before.book
  const now = { version, book: readBook(book) }
  const oldest = tenants.keys().next().value
  if (tenants.size >= maxTenants && oldest !== undefined && !tenants.has(ctx.tenant.id)) tenants.delete(oldest)
  tenants.set(ctx.tenant.id, now)
  return now.book
}

/** A rule book, and what a statement asks to be sure that it still stands. */
export interface KnownBook {
  readonly book: RuleBook
  readonly version: number
  /** True, in SQL, while the book is as it was read. */
  readonly stillStands: Sql
}

/**
 * The book as it was last read, without asking; read now where it never was. For a statement that writes what follows from it: it
 * must ask `stillStands` and write nothing otherwise.
 */
export async function lastRuleBook(ctx: Ctx): Promise<KnownBook> {
  const before = known.get(ctx.pool)?.get(ctx.tenant.id)
  const book = before?.book ?? (await loadRuleBook(ctx))
  const version = known.get(ctx.pool)?.get(ctx.tenant.id)?.version ?? nothing
  return { book, version, stillStands: isVersion(ctx, version) }
}

function readBook(json: BookJson | null): RuleBook {
  return {
    programme: json?.programme ? { ...json.programme, createdAt: new Date(json.programme.createdAt) } : undefined,
    rules: (json?.rules ?? []).map(readTimes),
    rewards: (json?.rewards ?? []).map(readTimes),
  }
}

interface Timed {
  readonly validFrom: Date | null
  readonly validTo: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

// jsonb has no times: they come as texts, whatever the type says.
function readTimes<Row extends Timed>(row: Row): Row {
  const time = (text: Date | null) => (text === null ? null : new Date(text))
  return {
    ...row,
    validFrom: time(row.validFrom),
    validTo: time(row.validTo),
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  }
}
