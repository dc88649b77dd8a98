import { type Ctx, transact } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { addIdentity, getCustomer, removeIdentity } from './service.ts'
import {
  countSourceRecordRows,
  deleteSourceRecordRow,
  findSourceRecord,
  findSourceRecordById,
  insertSourceRecords,
  type SourceRecordFilter,
  type SourceRecordPage,
  selectSourceRecords,
} from './source-record-store.ts'
import type { SourceRecord } from './types.ts'

/**
 * Notes that the customer comes from a source, under the id it has there; that id then leads to the customer. Saying it
 * again answers the same record. Refuses `identity.taken` when the external id is somebody else's.
 */
export function addSourceRecord(
  ctx: Ctx,
  command: { customerId: number; source: string; externalId?: string | null },
): Promise<SourceRecord> {
  return transact(ctx, async (ctx) => {
    const customer = await getCustomer(ctx, command.customerId)
    const externalId = command.externalId?.trim() || null
    if (externalId !== null) {
      const claim = { kind: 'external', source: command.source, value: externalId } as const
      await addIdentity(ctx, { customerId: customer.id, claim })
    }
    const record = { customerId: customer.id, source: command.source, externalId }
    await insertSourceRecords(ctx, [record])
    const stored = await findSourceRecord(ctx, record)
    assert(stored, 'the record was inserted or was there before')
    await emitSources(ctx, stored)
    return stored
  })
}

const maxLimit = 1_000

export async function listSourceRecords(
  ctx: Ctx,
  query: SourceRecordFilter & SourceRecordPage,
): Promise<SourceRecord[]> {
  const { offset = 0, limit = 100, ...rest } = query
  return selectSourceRecords(ctx, rest, { ...rest, offset, limit: Math.min(limit, maxLimit) })
}

export function countSourceRecords(ctx: Ctx, filter: SourceRecordFilter): Promise<number> {
  return countSourceRecordRows(ctx, filter)
}

/** Refuses `reference.not_found`. */
export async function getSourceRecord(ctx: Ctx, id: number): Promise<SourceRecord> {
  const record = await findSourceRecordById(ctx, id)
  if (!record) throw new DomainError('reference.not_found', { kind: 'customer_source_record', id })
  return record
}

/** Forgets where the customer came from, and the external id that led here. */
export function deleteSourceRecord(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const record = await getSourceRecord(ctx, id)
    const customer = await getCustomer(ctx, record.customerId)
    const identity = customer.identities.find(
      (one) => one.kind === 'external' && one.source === record.source && one.value === record.externalId,
    )
    if (identity) await removeIdentity(ctx, { customerId: customer.id, identityId: identity.id })
    await deleteSourceRecordRow(ctx, id)
    await emitSources(ctx, record)
  })
}

async function emitSources(ctx: Ctx, record: SourceRecord): Promise<void> {
  await emitChanges(ctx, [
    {
      entity: 'customer',
      entityId: record.customerId,
      customerId: record.customerId,
      operation: 'updated',
      data: { fields: ['sources'] },
    },
  ])
}
