import {
  clearList,
  createList,
  deleteList,
  type List,
  listLists,
  listStats,
  updateList,
} from '../../../core/audience/index.ts'
import { findDefaultUnit } from '../../../core/ledger/index.ts'
import { listFigures } from '../../../core/reports/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readBoolean, readText } from '../../http/values.ts'
import { type Call, fieldsOf, type Routes } from '../call.ts'
import { encodeGroup, encodeStats } from '../encode.ts'
import { groupOf } from '../receivers.ts'

export function groupRoutes({ add }: Routes): void {
  add('GET', '/groups', listGroups)
  add('POST', '/groups', async ({ ctx, body }) => {
    const { name, ...rest } = decodeGroup({ body }, undefined)
    if (name === undefined || name.trim() === '')
      throw new DomainError('request.invalid', { field: 'name', reason: 'missing' })
    return encodeGroup(await createList(ctx, { ...rest, name }))
  })
  add('GET', '/groups/:group', async (call) => encodeGroup(await groupOf(call)))
  add('PUT', '/groups/:group', async (call) => {
    const list = await groupOf(call)
    return encodeGroup(await updateList(call.ctx, { id: list.id, patch: decodeGroup(call, list) }))
  })
  add('DELETE', '/groups/:group', async (call) => {
    await deleteList(call.ctx, (await groupOf(call)).id)
    return true
  })
  for (const path of ['/groups/:group/clear', '/groups/:group/truncate']) {
    add('DELETE', path, async (call) => {
      await clearList(call.ctx, (await groupOf(call)).id)
      return true
    })
  }
  add('GET', '/groups/:group/stats', async (call) => {
    const { ctx } = call
    const { id } = await groupOf(call)
    const stats = await listStats(ctx, id)
    const unit = await findDefaultUnit(ctx, 'points')
    const { orders, points } = await listFigures(ctx, { listId: id, unitId: unit?.id ?? null })
    const averagePoints = stats.total === 0 ? 0 : Math.round((points / stats.total) * 100) / 100
    return encodeStats({ ...stats, orders, averagePoints }, ctx.clock.now())
  })
}

/** `order`: changed or created, with an optional direction. */
async function listGroups({ ctx, query }: Call): Promise<unknown> {
  const [column = '', direction = ''] = (readText(query.order) ?? '').toLowerCase().split(/\s+/)
  const time = (list: List) => (column === 'changed' ? list.updatedAt : list.createdAt).getTime()
  const sign = direction === 'desc' ? -1 : 1
  const lists = [...(await listLists(ctx))]
  if (column !== '') lists.sort((a, b) => sign * (time(a) - time(b) || a.id - b.id))
  return lists.map(encodeGroup)
}

interface GroupPatch {
  readonly name?: string
  readonly locked?: boolean
  readonly description?: string
  readonly settings?: Readonly<Record<string, unknown>>
}

function decodeGroup(call: Pick<Call, 'body'>, list: List | undefined): GroupPatch {
  const fields = fieldsOf(call)
  const backup = readBoolean(fields.backup)
  return {
    name: readText(fields.name),
    locked: readBoolean(fields.locked),
    description: readText(fields.receiver_info),
    settings: backup === undefined ? undefined : { ...list?.settings, backup },
  }
}
