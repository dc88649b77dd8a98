import type { Clock } from './clock.ts'
import { type Db, dbOf, inTransaction, type Pool, retried } from './db.ts'
import type { Id, OpaqueIds } from './ids.ts'
import type { Log } from './log.ts'
import type { Random } from './random.ts'

export type TenantId = Id<'tenant'>

/** The shop as every use case needs it. */
export interface Tenant {
  readonly id: TenantId
  readonly slug: string
  readonly name: string
  readonly currency: string
  readonly timeZone: string
  readonly language: string
  readonly country: string
  readonly settings: Readonly<Record<string, unknown>>
}

/** Who acts, for the audit log and the consent history: `kind` staff, key, customer, device, job or system. */
export interface Actor {
  readonly kind: 'staff' | 'key' | 'customer' | 'device' | 'job' | 'system'
  readonly id: string
  /** Which way in: the API's name, "console", "cli". */
  readonly via: string
  readonly ip?: string
  readonly userAgent?: string
}

/** The process: what is the same for every tenant. */
export interface Server {
  readonly pool: Pool
  readonly clock: Clock
  readonly random: Random
  readonly ids: OpaqueIds
  readonly log: Log
}

/** What a use case gets. `db` is the open transaction inside `transact`, the pool outside. Holds no services. */
export interface Ctx extends Server {
  readonly db: Db
  readonly tenant: Tenant
  readonly actor: Actor
  readonly inTransaction: boolean
}

export function makeCtx(server: Server, tenant: Tenant, actor: Actor): Ctx {
  return { ...server, db: dbOf(server.pool), tenant, actor, inTransaction: false }
}

/**
 * Runs a use case in a transaction: a use case that calls another joins the one that is open. Everything a use case
 * writes is committed when this resolves.
 */
export function transact<Result>(ctx: Ctx, work: (ctx: Ctx) => Promise<Result>): Promise<Result> {
  if (ctx.inTransaction) return work(ctx)
  return inTransaction(ctx.pool, (db) => work({ ...ctx, db, inTransaction: true }))
}

/**
 * Runs one statement that writes everything by itself: outside a transaction it is one, and tried again as `transact` is; inside it
 * belongs to the one that is open.
 */
export function inOneStatement<Result>(ctx: Ctx, statement: () => Promise<Result>): Promise<Result> {
  return ctx.inTransaction ? statement() : retried(statement)
}
