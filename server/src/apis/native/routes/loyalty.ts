import { Type } from 'typebox'
import { listUnits } from '../../../core/ledger/index.ts'
import { listProgrammes } from '../../../core/loyalty/index.ts'
import { listOrganisations } from '../../../core/organisations/index.ts'
import { ctxOf } from '../auth.ts'
import { encodeUnit, time } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Id, Json, List, Nullable, OneOf, Time } from '../schemas.ts'

export const Unit = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  kind: OneOf('points', 'money', 'visits', 'items'),
  currency: Nullable(Type.String()),
  scale: Type.Integer({ description: 'Decimals of one whole unit; amounts are integers of its smallest part.' }),
  is_default: Type.Boolean(),
})

const Programme = Type.Object({
  id: Id,
  kind: Type.String(),
  name: Type.String(),
  unit_id: Id,
  is_default: Type.Boolean(),
  settings: Json,
  state: Type.String(),
  created_at: Time,
})

const Store = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  state: Type.String(),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
})

export function loyaltyRoutes(app: Routes): void {
  const tags = ['Loyalty']

  app.get(
    '/units',
    {
      config: { access: 'any' },
      schema: { tags, summary: 'What balances are counted in', response: { 200: List(Unit) } },
    },
    async (request) => ({ items: (await listUnits(ctxOf(request))).map(encodeUnit) }),
  )

  app.get(
    '/programmes',
    { config: { access: 'any' }, schema: { tags, summary: 'Loyalty programmes', response: { 200: List(Programme) } } },
    async (request) => {
      const programmes = await listProgrammes(ctxOf(request))
      return {
        items: programmes.map(({ id, kind, name, unitId, isDefault, settings, state, createdAt }) => ({
          id,
          kind,
          name,
          unit_id: unitId,
          is_default: isDefault,
          settings: { ...settings },
          state,
          created_at: time(createdAt),
        })),
      }
    },
  )

  app.get(
    '/stores',
    { config: { access: 'any' }, schema: { tags, summary: 'Places where people buy', response: { 200: List(Store) } } },
    async (request) => {
      const { items } = await listOrganisations(ctxOf(request), { kind: 'store', page: { limit: 1000 } })
      return {
        items: items.map(({ id, code, name, state, email, phone }) => ({ id, code, name, state, email, phone })),
      }
    },
  )
}
