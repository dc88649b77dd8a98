import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import { cleanText } from '../../../platform/text.ts'
import { audit } from '../../accounts/index.ts'
import type { CodePool } from '../types.ts'
import { insertCodes, insertPool, selectPool, selectPools } from './store.ts'

export function listCodePools(ctx: Ctx): Promise<CodePool[]> {
  return selectPools(ctx)
}

/** Refuses code_pool.not_found. */
export async function getCodePool(ctx: Ctx, id: number): Promise<CodePool> {
  const pool = Number.isSafeInteger(id) ? await selectPool(ctx, id) : undefined
  if (!pool) throw new DomainError('code_pool.not_found', { id })
  return pool
}

const longestName = 300

/** Refuses request.invalid. */
export function createCodePool(ctx: Ctx, input: { name: string }): Promise<CodePool> {
  return transact(ctx, async (ctx) => {
    const name = cleanText(input.name).trim()
    if (name === '' || name.length > longestName) throw new DomainError('request.invalid', { field: 'name' })
    const id = await insertPool(ctx, name)
    await emitChanges(ctx, [{ entity: 'code_pool', entityId: id, operation: 'created', data: { name } }])
    return getCodePool(ctx, id)
  })
}

const maxCodes = 100_000
const longestCode = 100

/** Puts codes into a pool; those it has already are counted and left. Refuses code_pool.not_found, request.invalid. */
export function addPoolCodes(
  ctx: Ctx,
  command: { poolId: number; codes: readonly string[] },
): Promise<{ added: number; duplicates: number }> {
  return transact(ctx, async (ctx) => {
    const pool = await getCodePool(ctx, command.poolId)
    const codes = command.codes.map((code) => cleanText(code).trim()).filter((code) => code !== '')
    if (codes.length > maxCodes || codes.some((code) => code.length > longestCode))
      throw new DomainError('request.invalid', { field: 'codes' })
    const added = await insertCodes(ctx, pool.id, [...new Set(codes)])
    await audit(ctx, { action: 'code_pool.filled', entity: 'code_pool', entityId: pool.id, data: { added } })
    return { added, duplicates: codes.length - added }
  })
}
