import { Type } from 'typebox'
import {
  type SignedIn,
  type StaffSession,
  type StaffUser,
  signIn,
  signOut,
  updateSettings,
} from '../../../core/accounts/index.ts'
import type { Tenant } from '../../../platform/ctx.ts'
import type { ApiOptions } from '../../http/options.ts'
import { clearSessionCookie, ctxOf, sessionOf, setSessionCookie } from '../auth.ts'
import { encodeTenant } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Currency, Id, Name, OneOf, Text } from '../schemas.ts'

const Settings = Type.Object({
  id: Id,
  slug: Type.String(),
  name: Type.String(),
  currency: Type.String(),
  time_zone: Type.String(),
  language: Type.String(),
  country: Type.String(),
})

export const Role = OneOf('owner', 'admin', 'marketer', 'cashier', 'viewer')

const Session = Type.Object({
  user: Type.Object({ id: Id, email: Type.String(), name: Type.String(), role: Role }),
  tenant: Settings,
  csrf_token: Type.String({ description: 'To be sent as X-CSRF-Token by every request that changes something.' }),
})

export function sessionRoutes(app: Routes, { server, config }: ApiOptions): void {
  const tags = ['Session and settings']

  app.post(
    '/session',
    {
      config: { access: 'none' },
      schema: {
        tags,
        summary: 'Sign in with e-mail and password',
        body: Body({ email: Text(254, 1), password: Text(200, 1), tenant: Type.Optional(Text(40)) }),
        response: { 201: Session },
      },
    },
    async (request, reply) => {
      const signedIn = await signIn(server, {
        ...request.body,
        tenant: request.body.tenant || undefined,
        ip: request.ip,
        userAgent: request.headers['user-agent'],
      })
      setSessionCookie(reply, config, { value: signedIn.session, expiresAt: signedIn.expiresAt })
      return reply.code(201).send(encodeSession(signedIn))
    },
  )

  app.get(
    '/session',
    { config: { access: 'any' }, schema: { tags, summary: 'Who is signed in', response: { 200: Session } } },
    async (request) => encodeSession(sessionOf(request)),
  )

  app.delete(
    '/session',
    { config: { access: 'any' }, schema: { tags, summary: 'Sign out', response: { 204: Type.Null() } } },
    async (request, reply) => {
      await signOut(server, sessionOf(request).cookie)
      clearSessionCookie(reply, config)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/settings',
    { config: { access: 'any' }, schema: { tags, summary: "The shop's settings", response: { 200: Settings } } },
    async (request) => encodeTenant(ctxOf(request).tenant),
  )

  app.patch(
    '/settings',
    {
      config: { access: 'settings.write' },
      schema: {
        tags,
        summary: 'Change settings',
        body: Body({
          name: Type.Optional(Name),
          currency: Type.Optional(Currency),
          time_zone: Type.Optional(Text(60, 1)),
          language: Type.Optional(Text(3, 2)),
          country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
        }),
        response: { 200: Settings },
      },
    },
    async (request) => {
      const { time_zone: timeZone, ...rest } = request.body
      return encodeTenant(await updateSettings(ctxOf(request), { ...rest, timeZone }))
    },
  )
}

function encodeSession(session: SignedIn | StaffSession): {
  user: { id: number; email: string; name: string; role: StaffUser['role'] }
  tenant: ReturnType<typeof encodeTenant>
  csrf_token: string
} {
  const { staff, tenant }: { staff: StaffUser; tenant: Tenant } = session
  return {
    user: { id: staff.id, email: staff.email, name: staff.name, role: staff.role },
    tenant: encodeTenant(tenant),
    csrf_token: session.csrfToken,
  }
}
