import {
  type Credential,
  countAttempt,
  type FoundCredential,
  findCredential,
  findToken,
  forgetAttempts,
  issueToken,
  listCredentials,
  revokeToken,
  verifySsoToken,
} from '../../../core/accounts/index.ts'
import { type Ctx, makeCtx, type Server, type Tenant } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { api, findApplication, userKind, userTokenKind } from '../auth.ts'
import type { Routes } from '../call.ts'
import { type Answer, contains, idOf, noContent, ok, pageOf, type Row, timeOf } from '../encode.ts'
import { invalidParam, notFound, unauthorized } from '../errors.ts'
import { fieldsOf } from '../fields.ts'

const tokenLifeSeconds = 7 * 60 * 60
/** Forty hex digits, as clients of the vendor know them. */
const tokenBytes = 20

export function userRoutes(routes: Routes): void {
  routes.open('POST', '/users/actions/login', 'enterprise', async ({ server, body, origin }) => {
    const applicationId = body.needText('user_external_application_id')
    const login = body.needText('login')
    const password = body.needText('password')
    body.done()
    return signIn(server, await proveUser(server, { applicationId, login, password, ip: origin.ip }), applicationId)
  })

  routes.open('POST', '/users/actions/sso-login', 'enterprise', async ({ server, body, origin }) => {
    const applicationId = body.needText('user_external_application_id')
    const token = body.needText('sso_token', { max: 10_000 })
    body.done()
    return signIn(server, await proveBySso(server, { applicationId, token, ip: origin.ip }), applicationId)
  })

  routes.post('/users/actions/logout', 'enterprise', async ({ ctx, body }) => {
    const applicationId = body.needText('user_external_application_id')
    const token = body.needText('bearer_token')
    body.done()
    const found = await findToken(ctx, { api, kinds: [userTokenKind], token, includeExpired: true })
    // Somebody else's token is as unknown as none at all.
    if (found?.tenant.id !== ctx.tenant.id) throw invalidParam('bearer_token', 'not_found')
    if (found.data.applicationId !== applicationId) throw invalidParam('user_external_application_id', 'not_found')
    await revokeToken(ctx, found.id)
    return noContent
  })

  // Another system was shown a user's token and asks whose it is.
  routes.post('/users/actions/verify-auth-token', 'enterprise', async ({ ctx, body }) => {
    const token = body.needText('auth_token', { max: 1_000 })
    body.done()
    const found = await findToken(ctx, { api, kinds: [userTokenKind], token })
    const users = await listUsers(ctx)
    const user = found?.tenant.id === ctx.tenant.id && users.find((row) => row.login === found.data.login)
    if (!user) throw invalidParam('auth_token', 'not_found')
    return ok({ user_id: user.user_id })
  })

  routes.get('/users', 'enterprise', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('users'))
    const [login, email] = [query.text('login'), query.text('email')]
    const [firstName, lastName] = [query.text('first_name'), query.text('last_name')]
    // No user of an API has a phone or a store.
    const hasMore = query.text('phone') !== undefined || query.text('store_id') !== undefined
    query.done()
    const rows = (await listUsers(ctx)).filter(
      (row) =>
        !hasMore &&
        (login === undefined || row.login === login) &&
        (email === undefined || row.email === email) &&
        contains(row.first_name, firstName) &&
        contains(row.last_name, lastName),
    )
    return pageOf('users', rows, page)
  })

  routes.get('/users/:user_id', 'enterprise', async ({ ctx, params }) => {
    const row = (await listUsers(ctx)).find((candidate) => candidate.user_id === params.user_id)
    if (!row) throw notFound('users', params.user_id ?? '')
    return ok(row)
  })

  // Every user of an API is in the one group that may use it.
  routes.get('/user-roles', 'enterprise', async ({ query }) => {
    const page = query.page(fieldsOf('userRoles'))
    query.done()
    return pageOf('user_roles', [webserviceRole], page)
  })
  routes.get('/user-roles/:user_role_id', 'enterprise', async ({ params }) => {
    if (params.user_role_id !== webserviceRole.user_role_id) throw notFound('user-roles', params.user_role_id ?? '')
    return ok(webserviceRole)
  })
}

async function signIn(server: Server, credential: FoundCredential, applicationId: string): Promise<Answer> {
  const login = credential.publicId
  const ctx = makeCtx(server, credential.tenant, { kind: 'key', id: login, via: api })
  const issued = await issueToken(ctx, {
    api,
    kind: userTokenKind,
    data: { login, applicationId },
    ttlSeconds: tokenLifeSeconds,
    bytes: tokenBytes,
  })
  return ok({
    bearer_token: issued.token,
    valid_to: timeOf(ctx, issued.expiresAt ?? ctx.clock.now()),
    user: userRow(ctx, credential),
  })
}

const webserviceRole = { user_role_id: 'webservice', name: 'webservice' } as const

// Counted together with where it comes from, so that a stranger elsewhere does not lock a till out.
const attemptsPerLogin = 20
const attemptsPerAddress = 100
const attemptWindowSeconds = 5 * 60

async function proveUser(
  server: Server,
  claimed: { applicationId: string; login: string; password: string; ip: string },
) {
  const byLogin = { scope: 'carecloud login', subject: `${claimed.login} ${claimed.ip}` }
  await countAttempt(server, { ...byLogin, limit: attemptsPerLogin, windowSeconds: attemptWindowSeconds })
  const byAddress = { scope: 'carecloud login by ip', subject: claimed.ip }
  await countAttempt(server, { ...byAddress, limit: attemptsPerAddress, windowSeconds: attemptWindowSeconds })
  const credential = await findCredential(server, { api, kind: userKind, publicId: claimed.login })
  const application = await findApplication(server, 'enterprise', claimed.applicationId)
  const isSameShop = credential !== undefined && application?.tenant.id === credential.tenant.id
  if (!isSameShop || !credential.secretMatches(claimed.password))
    throw unauthorized('The login, the password or the application is not known.')
  await forgetAttempts(server, byLogin)
  await forgetAttempts(server, byAddress)
  return credential
}

/** The shop's own identity provider tells who it is; the user of that name must be there. */
async function proveBySso(server: Server, claimed: { applicationId: string; token: string; ip: string }) {
  const byAddress = { scope: 'carecloud login by ip', subject: claimed.ip }
  await countAttempt(server, { ...byAddress, limit: attemptsPerAddress, windowSeconds: attemptWindowSeconds })
  const application = await findApplication(server, 'enterprise', claimed.applicationId)
  const credential = application && (await findNamed(server, application.tenant, claimed.token))
  if (!credential) throw unauthorized('The token or the application is not known.')
  await forgetAttempts(server, byAddress)
  return credential
}

async function findNamed(server: Server, tenant: Tenant, token: string): Promise<FoundCredential | undefined> {
  const ctx = makeCtx(server, tenant, { kind: 'key', id: 'sso', via: api })
  const names = await verifySsoToken(ctx, token).catch(refuseToken)
  for (const publicId of names) {
    const credential = await findCredential(server, { api, kind: userKind, publicId })
    if (credential?.tenant.id === tenant.id) return credential
  }
  return undefined
}

function refuseToken(error: unknown): never {
  if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error
  throw unauthorized('The token is not valid or has expired.')
}

async function listUsers(ctx: Ctx) {
  const credentials = await listCredentials(ctx, api)
  return credentials.filter((credential) => credential.kind === userKind).map((credential) => userRow(ctx, credential))
}

function userRow(ctx: Ctx, credential: Pick<Credential, 'id' | 'publicId' | 'data'>) {
  return {
    user_id: idOf(ctx, 'credential', credential.id),
    login: credential.publicId,
    first_name: String(credential.data.firstName ?? 'Web'),
    last_name: String(credential.data.lastName ?? 'Service'),
    email: String(credential.data.email ?? ''),
    phone: null,
    user_role_ids: [webserviceRole.user_role_id],
    store_id: null,
    last_login: null,
  } satisfies Row
}
