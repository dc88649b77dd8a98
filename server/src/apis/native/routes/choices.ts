// What rules and rewards choose from: categories and brands of the catalogue, segments of the audience.
import { Type } from 'typebox'
import { listSegments } from '../../../core/audience/index.ts'
import { listBrands, listCategories } from '../../../core/catalog/index.ts'
import { pageBy, readIdPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import type { Routes } from '../routing.ts'
import { Id, List, Nullable, OneOf, Page, PageQuery, Text, usualLimit } from '../schemas.ts'

const Category = Type.Object({
  id: Id,
  external_id: Type.String(),
  name: Type.String(),
  parent_id: Nullable(Id),
})
const Brand = Type.Object({ id: Id, external_id: Type.String(), name: Type.String() })
const Segment = Type.Object({ id: Id, name: Type.String(), kind: OneOf('static', 'dynamic') })

const querystring = Type.Object({ q: Type.Optional(Text(200)), ...PageQuery })

export function choiceRoutes(app: Routes): void {
  app.get(
    '/categories',
    {
      config: { access: 'any' },
      schema: {
        tags: ['Products'],
        summary: 'Categories by part of their name',
        querystring,
        response: { 200: Page(Category) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { q, after, limit = usualLimit } = request.query
      const page = await pageBy(
        limit,
        (count) => listCategories(ctx, { text: q?.trim() || undefined, after: readIdPosition(after), limit: count }),
        (category) => [category.id],
      )
      const items = page.items.map(({ id, externalId, name, parentId }) => {
        return { id: id as number, external_id: externalId, name, parent_id: parentId as number | null }
      })
      return { items, next_cursor: page.nextCursor }
    },
  )

  app.get(
    '/brands',
    {
      config: { access: 'any' },
      schema: {
        tags: ['Products'],
        summary: 'Brands by part of their name',
        querystring,
        response: { 200: Page(Brand) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { q, after, limit = usualLimit } = request.query
      const page = await pageBy(
        limit,
        (count) => listBrands(ctx, { text: q?.trim() || undefined, after: readIdPosition(after), limit: count }),
        (brand) => [brand.id],
      )
      const items = page.items.map(({ id, externalId, name }) => ({ id: id as number, external_id: externalId, name }))
      return { items, next_cursor: page.nextCursor }
    },
  )

  app.get(
    '/segments',
    {
      config: { access: 'customers.read' },
      schema: { tags: ['Lists'], summary: 'Segments', response: { 200: List(Segment) } },
    },
    async (request) => ({
      items: (await listSegments(ctxOf(request))).map(({ id, name, kind }) => ({ id: id as number, name, kind })),
    }),
  )
}
