import type { FastifyInstance } from 'fastify'
import { revokeToken } from '../../../core/accounts/index.ts'
import { transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { issueTokens } from '../auth.ts'
import { addOpen, type Call, type Routes } from '../call.ts'

/** Probes of the token and the account. */
export function debugRoutes(app: FastifyInstance, { add }: Routes): void {
  addOpen(app, 'GET', '/debug/ping', async () => 'A working server answers before it is asked twice.')
  add('GET', '/debug/validate', async () => true)
  add('GET', '/debug/whoami', whoAmI)
  add('GET', '/debug/ttl', ttl)
  add('GET', '/debug/exchange', exchange)
}

async function whoAmI({ ctx, request }: Call): Promise<unknown> {
  const { tenant } = ctx
  return {
    id: String(tenant.id),
    name: '',
    firstname: '',
    salutation: '',
    street: '',
    company: tenant.name,
    zip: '',
    city: '',
    phone: '',
    fax: '',
    email: '',
    country: new Intl.DisplayNames('en', { type: 'region' }).of(tenant.country) ?? tenant.country,
    login_domain: request.host,
    whitelabel_id: '0',
    lang: tenant.language,
  }
}

/** Seconds that the token still lives. */
async function ttl({ ctx, token }: Call): Promise<number> {
  const left = (token.expiresAt?.getTime() ?? 0) - ctx.clock.now().getTime()
  return Math.max(0, Math.floor(left / 1000))
}

/** Swaps the calling token for a new set; of several that try, one gets it. */
function exchange({ ctx, token }: Call): Promise<unknown> {
  return transact(ctx, async (ctx) => {
    if (!(await revokeToken(ctx, token.id))) throw new DomainError('token.invalid')
    return issueTokens(ctx, { clientId: String(token.data.clientId ?? ''), refresh: true })
  })
}
