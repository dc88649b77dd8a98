import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanJson, cleanText } from '../../platform/text.ts'
import { insertRecord, selectRecords } from './record-store.ts'
import { toRow } from './rules.ts'
import type { EventId, EventRecord, EventRecordInput, EventRecordQuery } from './types.ts'

/**
 * Records an event of the tenant's own type about one customer, under the teller's number of it. It is one of the
 * customer's events like any other. Refuses event.exists when the same was told before, event.invalid.
 */
export function recordOwnEvent(ctx: Ctx, input: EventRecordInput): Promise<EventId> {
  const clean = { ...input, externalId: cleanText(input.externalId) }
  if (clean.externalId === '') throw new DomainError('event.invalid', { field: 'externalId' })
  const { type, customerId, occurredAt, data, properties } = clean
  const carried = { externalId: clean.externalId, data: cleanJson(data), properties: cleanJson(properties) }
  const row = toRow({ type, customerId, occurredAt, data: carried }, ctx.clock.now())
  return transact(ctx, async (ctx) => {
    const id = await insertRecord(ctx, row, clean)
    await emitChanges(ctx, [
      { entity: 'event', entityId: id, customerId, operation: 'recorded', data: { type, typeId: clean.typeId } },
    ])
    return id as EventId // just written
  })
}

/** Those of the tenant's own types; `total` counts all that match. */
export function listOwnEvents(ctx: Ctx, query: EventRecordQuery): Promise<{ items: EventRecord[]; total: number }> {
  return selectRecords(ctx, query)
}
