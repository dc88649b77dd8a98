import { segmentsOf } from '../../../core/audience/index.ts'
import { listReferenceItems, type ReferenceItem } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import { contains, idOf, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { inLanguage } from '../languages.ts'
import { customerInPath } from '../people.ts'

/** Hints that the shop shows its customers: to all, or to those of some segments. */
export function recommendationRoutes(routes: Routes): void {
  routes.get('/recommendations', 'both', async (call) =>
    pageWith(call, await listReferenceItems(call.ctx, 'recommendation')),
  )

  routes.get('/recommendations/:recommendation_id', 'both', async (call) => {
    const id = call.pathId('recommendation_id', 'reference')
    const item = (await listReferenceItems(call.ctx, 'recommendation')).find((one) => one.id === id)
    if (!item) throw notFound('recommendations', call.params.recommendation_id ?? '')
    return ok(row(call.ctx, inLanguage(item, call.languages)))
  })

  routes.get('/customers/:customer_id/recommendation-records', 'both', async (call) => {
    const customer = await customerInPath(call)
    const segments = new Set((await segmentsOf(call.ctx, customer.id)).map(({ id }): number => id))
    const items = await listReferenceItems(call.ctx, 'recommendation')
    return pageWith(
      call,
      items.filter(({ data }) => isFor(data.segmentIds, segments)),
    )
  })
}

function isFor(segmentIds: unknown, segments: ReadonlySet<number>): boolean {
  return !Array.isArray(segmentIds) || segmentIds.length === 0 || segmentIds.some((id) => segments.has(id))
}

function pageWith(call: Call, items: readonly ReferenceItem[]) {
  const page = call.query.page(fieldsOf('recommendations'))
  const name = call.query.text('name')
  call.query.done()
  const rows = items.map((item) => row(call.ctx, inLanguage(item, call.languages)))
  return pageOf(
    'recommendations',
    rows.filter((one) => contains(one.name, name)),
    page,
  )
}

function row(ctx: Ctx, item: ReferenceItem) {
  const text = (field: string) => (typeof item.data[field] === 'string' ? item.data[field] : null)
  return {
    recommendation_id: idOf(ctx, 'reference', item.id),
    name: item.name,
    brief_description: text('briefDescription'),
    detailed_description: text('detailedDescription'),
    content: text('content'),
    picture_urls: Array.isArray(item.data.pictureUrls) ? item.data.pictureUrls.map(String) : [],
    web_url: text('webUrl'),
    last_change: timeOf(ctx, item.updatedAt),
    state: stateOf(item.state),
  }
}
