import type { Ctx, Server } from '../../platform/ctx.ts'
import { dbOf, inTransaction, violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Minor } from '../../platform/money.ts'
import {
  callLapse,
  callLedger,
  callMerge,
  callUnmerge,
  insertUnit,
  lockOwnedSince,
  type StatementQuery,
  selectAvailable,
  selectBalances,
  selectDue,
  selectEarnedIn,
  selectPosting,
  selectReachedAt,
  selectStatement,
  selectTotals,
  selectUnits,
  settleAccount,
  updateUnitRow,
} from './store.ts'
import type {
  Balance,
  Lapse,
  Operation,
  OperationResult,
  Posted,
  StatementEntry,
  Totals,
  Unit,
  UnitKind,
} from './types.ts'

/** Adds a unit. The first of a kind and currency is usually the default one. Refuses unit.code_taken. */
export function addUnit(ctx: Ctx, unit: Omit<Unit, 'id'>): Promise<Unit> {
  return refusingTakenCode(unit.code, () => insertUnit(ctx, unit))
}

/** Refuses unit.not_found, unit.code_taken. */
export async function renameUnit(ctx: Ctx, unit: { id: number; name: string; code: string }): Promise<Unit> {
  const renamed = await refusingTakenCode(unit.code, () => updateUnitRow(ctx, unit))
  if (!renamed) throw new DomainError('unit.not_found', { unitId: unit.id })
  return renamed
}

async function refusingTakenCode<Result>(code: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (violates(cause, 'units_code_key')) throw new DomainError('unit.code_taken', { code }, { cause })
    throw cause
  }
}

export function listUnits(ctx: Ctx): Promise<Unit[]> {
  return selectUnits(ctx)
}

/** Refuses unit.not_found. */
export async function getUnit(ctx: Ctx, id: number): Promise<Unit> {
  const unit = (await selectUnits(ctx)).find((candidate) => candidate.id === id)
  if (!unit) throw new DomainError('unit.not_found', { unitId: id })
  return unit
}

/** The tenant's default unit of a kind; of money, the one in that currency (the tenant's own when not named). */
export async function findDefaultUnit(ctx: Ctx, kind: UnitKind, currency?: string): Promise<Unit | undefined> {
  const wanted = kind === 'money' ? (currency ?? ctx.tenant.currency) : null
  return (await selectUnits(ctx)).find(
    (unit) => unit.kind === kind && unit.isDefault && (wanted === null || unit.currency === wanted),
  )
}

/**
 * Applies operations in their order, answering one result each; a refused one changes nothing and does not stop the others.
 * Locks the customers' accounts first. Amounts must be positive integers (adjust: not 0), else amount.invalid.
 */
export async function applyOperations(ctx: Ctx, operations: readonly Operation[]): Promise<OperationResult[]> {
  if (operations.length === 0) return []
  for (const operation of operations) checkOperation(operation)
  return callLedger(ctx, operations)
}

/** One operation; a refusal is thrown. */
export async function applyOperation(ctx: Ctx, operation: Operation): Promise<Posted> {
  const [result] = await applyOperations(ctx, [operation])
  if (!result) throw new Error('the ledger answered nothing')
  if ('refused' in result) throw new DomainError(result.refused, result.data)
  return result
}

const maxKeyLength = 300

/** Refuses an operation that can be no operation: amount.invalid, request.invalid for its key. */
export function checkOperation(operation: Operation): void {
  const { amount, kind, key } = operation
  const valid =
    amount === undefined
      ? isFollowUp(kind)
      : Number.isSafeInteger(amount) && (kind === 'adjust' ? amount !== 0 : amount > 0)
  if (!valid) throw new DomainError('amount.invalid', { amount })
  if (key.length === 0 || key.length > maxKeyLength) throw new DomainError('request.invalid', { field: 'key' })
  if (operation.kind === 'transfer' && operation.toCustomerId === operation.customerId) {
    throw new DomainError('customer.merge_same', { customerId: operation.customerId })
  }
}

function isFollowUp(kind: Operation['kind']): boolean {
  return kind === 'capture' || kind === 'release' || kind === 'reverse'
}

/**
 * Takes up to an amount off a balance for good, as expiry does. Answers whether anything was taken: not where the key is known
 * or nothing is left. Refuses amount.invalid.
 */
export async function lapse(ctx: Ctx, command: Lapse): Promise<boolean> {
  if (!Number.isSafeInteger(command.amount) || command.amount <= 0)
    throw new DomainError('amount.invalid', { amount: command.amount })
  return (await callLapse(ctx, command)) !== null
}

/** What a customer had at a moment and still has. For a transaction that will let some of it lapse: locks the account. */
export function ownedSince(ctx: Ctx, of: { unitId: number; customerId: number; at: Date }): Promise<Minor> {
  return lockOwnedSince(ctx, of)
}

/** The customer's balances of every unit of the tenant, in the units' order; zero where nothing was ever booked. */
export async function balancesOf(ctx: Ctx, customerId: number): Promise<Balance[]> {
  const [units, rows] = [await selectUnits(ctx), await selectBalances(ctx, customerId)]
  return units.map((unit) => {
    const row = rows.find((candidate) => candidate.unit_id === unit.id)
    const nextExpiry = row?.next_at && row.next_amount ? { amount: row.next_amount, at: row.next_at } : null
    return {
      unit,
      available: row?.available ?? 0,
      pending: row?.pending ?? 0,
      held: row?.held ?? 0,
      owed: row?.owed ?? 0,
      nextExpiry,
    }
  })
}

/** What many customers can spend of one unit; who never had any is absent. */
export async function availableOf(
  ctx: Ctx,
  query: { unitId: number; customerIds: readonly number[] },
): Promise<ReadonlyMap<number, Minor>> {
  return new Map((await selectAvailable(ctx, query)).map((row) => [row.customer_id, row.available]))
}

/** The customer's statement, newest first; `before` is the id of the last entry seen. */
export function listPostings(ctx: Ctx, query: StatementQuery): Promise<StatementEntry[]> {
  return selectStatement(ctx, query)
}

export function findPosting(
  ctx: Ctx,
  by: { key: string } | { id: number },
): Promise<(StatementEntry & { customerId: number; grossAmount: number }) | undefined> {
  return selectPosting(ctx, by)
}

/** What was earned and spent in [from, to); a missing end is open. */
export function totalsOf(
  ctx: Ctx,
  query: { customerId: number; unitId: number; from?: Date; to?: Date },
): Promise<Totals> {
  return selectTotals(ctx, { ...query, from: query.from ?? null, to: query.to ?? null })
}

/** What was earned in each of the windows [from, to); a missing end is open. */
export function earnedIn(
  ctx: Ctx,
  query: { customerId: number; unitId: number; windows: readonly { from: Date | null; to: Date | null }[] },
): Promise<Minor[]> {
  return selectEarnedIn(ctx, query)
}

/** When all that was earned (see `totalsOf`) last rose to the amount; undefined when it never did, as for 0. */
export function earnedReachedAt(
  ctx: Ctx,
  query: { customerId: number; unitId: number; amount: Minor },
): Promise<Date | undefined> {
  return selectReachedAt(ctx, query)
}

/**
 * Posts what has become due (activation, expiry) for at most `limit` accounts of any tenant, each in its own transaction.
 * Answers how many. Balances are right without it, since reads and writes count what is due; it keeps the books tidy.
 */
export async function settleDue(server: Server, limit: number): Promise<number> {
  const now = server.clock.now()
  const due = await selectDue(dbOf(server.pool), { now, limit })
  for (const account of due) await inTransaction(server.pool, (db) => settleAccount(db, { ...account, now }))
  return due.length
}

/**
 * For a merge: every balance of one customer goes to the survivor, and so do the very lots with their days of expiry.
 * Answers the lots' ids, which `restoreBalances` needs.
 */
export function moveBalances(ctx: Ctx, move: { fromId: number; intoId: number; key: string }): Promise<number[]> {
  return callMerge(ctx, move)
}

/**
 * Undoes `moveBalances`: the lots go back with what is left in them. What was spent since stays spent; what is held or
 * owed stays with the survivor (`fromId` here).
 */
export function restoreBalances(
  ctx: Ctx,
  move: { fromId: number; intoId: number; key: string; lotIds: readonly number[] },
): Promise<void> {
  return callUnmerge(ctx, move)
}
