import { Type } from 'typebox'
import {
  deleteReferenceItem,
  findReferenceItem,
  listReferenceItems,
  putReferenceItem,
  type ReferenceItem,
} from '../../../core/organisations/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import { ctxOf } from '../auth.ts'
import { bodyOf, type ReferenceListOf, referenceLists } from '../reference-lists.ts'
import type { Routes } from '../routing.ts'
import { Id, List, Text, Time } from '../schemas.ts'
import { camelCase, snakeCase } from '../spelling.ts'

const tags = ['Reference lists']
const CodeParams = Type.Object({ code: Text(100, 1) })

const Item = Type.Object(
  { id: Id, code: Type.String(), name: Type.String(), position: Type.Integer(), updated_at: Time },
  { description: 'With the fields of its list.' },
)
const Kind = Type.Object({
  list: Type.String(),
  summary: Type.String(),
  fields: Type.Unsafe<object>({
    type: 'object',
    description: 'JSON Schema of what an item holds beside code and name.',
  }),
})

/** The lists that forms, tills and rules choose from, and that the other APIs show under names of theirs. */
export function referenceRoutes(app: Routes): void {
  app.get(
    '/reference',
    { config: { access: 'any' }, schema: { tags, summary: 'Which lists there are', response: { 200: List(Kind) } } },
    async () => ({
      items: referenceLists.map(({ path, summary, data }) => ({
        list: path,
        summary,
        fields: Type.Object({ ...data }),
      })),
    }),
  )
  for (const list of referenceLists) listRoutes(app, list)
}

function listRoutes(app: Routes, list: ReferenceListOf): void {
  const { path, kind, summary } = list

  app.get(
    `/reference/${path}`,
    { config: { access: 'any' }, schema: { tags, summary: `List: ${summary}`, response: { 200: List(Item) } } },
    async (request) => ({ items: (await listReferenceItems(ctxOf(request), kind)).map((item) => encode(list, item)) }),
  )

  app.put(
    `/reference/${path}/:code`,
    {
      config: { access: 'settings.write' },
      schema: {
        tags,
        summary: `Add or replace: ${summary}`,
        description: 'What is left out becomes empty; what another API keeps with it stays.',
        params: CodeParams,
        body: bodyOf(list),
        response: { 200: Item },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { code } = request.params
      const { name, position = 0, ...fields } = request.body as { name: string; position?: number } // checked by bodyOf
      const before = await findReferenceItem(ctx, { kind, code })
      const given = Object.fromEntries(Object.entries(fields).map(([field, value]) => [camelCase(field), value]))
      const data = { ...untold(list, before?.data ?? {}), ...given }
      return encode(list, await putReferenceItem(ctx, { kind, code, name, position, data }))
    },
  )

  app.delete(
    `/reference/${path}/:code`,
    {
      config: { access: 'settings.write' },
      schema: {
        tags,
        summary: `Take away: ${summary}`,
        description: 'What refers to it keeps doing so.',
        params: CodeParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const ctx = ctxOf(request)
      const item = await findReferenceItem(ctx, { kind, code: request.params.code })
      if (!item || item.state === 'deleted') throw new DomainError('reference.not_found', { kind: path })
      await deleteReferenceItem(ctx, { kind, id: item.id })
      return reply.code(204).send(null)
    },
  )
}

const isTold = (list: ReferenceListOf, field: string) => field === 'names' || Object.hasOwn(list.data, snakeCase(field))

/** What an item holds for the API that made it. */
function untold(list: ReferenceListOf, data: ReferenceItem['data']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([field]) => !isTold(list, field)))
}

function encode(list: ReferenceListOf, { id, code, name, data, position, updatedAt }: ReferenceItem) {
  const told = Object.entries(data).filter(([field]) => isTold(list, field))
  return {
    ...Object.fromEntries(told.map(([field, value]) => [snakeCase(field), value])),
    id: id as number,
    code,
    name,
    position,
    updated_at: updatedAt.toISOString(),
  }
}
