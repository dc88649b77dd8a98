import { Type } from 'typebox'
import {
  createStaffUser,
  deleteStaffUser,
  listAudit,
  listStaffUsers,
  type StaffUser,
  updateStaffUser,
} from '../../../core/accounts/index.ts'
import { pageBy, readIdPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { time, timeOrNull } from '../encode.ts'
import type { Routes } from '../routing.ts'
import {
  Body,
  Id,
  IdParams,
  Json,
  List,
  Name,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  Text,
  Time,
  usualLimit,
} from '../schemas.ts'
import { Role } from './session.ts'

const Staff = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  role: Role,
  state: OneOf('active', 'disabled'),
  last_login_at: Nullable(Time),
  created_at: Time,
})

const Entry = Type.Object({
  id: Id,
  actor: Type.String(),
  via: Type.String(),
  action: Type.String(),
  entity: Nullable(Type.String()),
  entity_id: Nullable(Id),
  data: Json,
  created_at: Time,
})

const Password = Text(200, 1)

export function staffRoutes(app: Routes): void {
  const tags = ['Access']

  app.get(
    '/staff',
    {
      config: { access: 'staff.write' },
      schema: { tags, summary: 'People with access', response: { 200: List(Staff) } },
    },
    async (request) => ({ items: (await listStaffUsers(ctxOf(request))).map(encodeStaff) }),
  )

  app.post(
    '/staff',
    {
      config: { access: 'staff.write' },
      schema: {
        tags,
        summary: 'Give somebody access',
        body: Body({ email: Text(254, 3), name: Name, role: Role, password: Password }),
        response: { 201: Staff },
      },
    },
    async (request, reply) => reply.code(201).send(encodeStaff(await createStaffUser(ctxOf(request), request.body))),
  )

  app.patch(
    '/staff/:id',
    {
      config: { access: 'staff.write' },
      schema: {
        tags,
        summary: 'Change name, role, state or password',
        params: IdParams,
        body: Body({
          email: Type.Optional(Text(254, 3)),
          name: Type.Optional(Name),
          role: Type.Optional(Role),
          state: Type.Optional(OneOf('active', 'disabled')),
          password: Type.Optional(Password),
        }),
        response: { 200: Staff },
      },
    },
    async (request) => encodeStaff(await updateStaffUser(ctxOf(request), { ...request.body, id: request.params.id })),
  )

  app.delete(
    '/staff/:id',
    {
      config: { access: 'staff.write' },
      schema: { tags, summary: 'Take access away', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await deleteStaffUser(ctxOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/audit',
    {
      config: { access: 'audit.read' },
      schema: {
        tags,
        summary: 'Who did what, newest first',
        querystring: Type.Object(PageQuery),
        response: { 200: Page(Entry) },
      },
    },
    async (request) => {
      const before = readIdPosition(request.query.after)
      const page = await pageBy(
        request.query.limit ?? usualLimit,
        (limit) => listAudit(ctxOf(request), { before, limit }),
        (entry) => [entry.id],
      )
      const items = page.items.map(({ id, actorKind, actorId, via, action, entity, entityId, data, createdAt }) => ({
        id,
        actor: `${actorKind}:${actorId}`,
        via,
        action,
        entity,
        entity_id: entityId,
        data: { ...data },
        created_at: time(createdAt),
      }))
      return { items, next_cursor: page.nextCursor }
    },
  )
}

function encodeStaff(staff: StaffUser) {
  const { id, email, name, role, state } = staff
  return {
    id: id as number,
    email,
    name,
    role,
    state,
    last_login_at: timeOrNull(staff.lastLoginAt),
    created_at: time(staff.createdAt),
  }
}
