import { createCredential } from '../core/accounts/index.ts'
import type { Ctx } from '../platform/ctx.ts'
import type { Places } from './places.ts'

/**
 * One set for each way in. All are random, so they may be shown again on the Connect page; the names that a person would
 * choose carry the slug, because they must lead to one tenant of the server. Lengths follow what each way's clients check.
 */
export async function issueCredentials(ctx: Ctx, places: Places): Promise<void> {
  const { hex, digits } = ctx.random
  const { slug } = ctx.tenant
  const shown = { showSecret: true } as const
  const clientId = hex(8)
  const login = { publicId: `api-${slug}`, secret: hex(12), data: { clientId } }
  await createCredential(ctx, {
    api: 'cleverreach',
    kind: 'oauth_client',
    publicId: clientId,
    secret: hex(16),
    ...shown,
  })
  await createCredential(ctx, { api: 'cleverreach', kind: 'login', ...login, ...shown })
  await createCredential(ctx, { api: 'rees46', kind: 'shop', publicId: hex(15), secret: hex(16), ...shown })
  await createCredential(ctx, {
    api: 'crmcom',
    kind: 'application',
    publicId: asUuid(hex(16)),
    data: {
      organisationId: places.business.id,
      merchantId: places.merchant.id,
      venueId: places.store.id,
      appId: places.application.id,
    },
  })
  const user = { publicId: `webservice-${slug}`, secret: hex(12), data: { group: 'webservice' } }
  await createCredential(ctx, { api: 'carecloud', kind: 'user', ...user, ...shown })
  for (const side of ['enterprise', 'customer']) {
    const application = { publicId: hex(13), data: { interface: side } }
    await createCredential(ctx, { api: 'carecloud', kind: 'external_application', ...application })
  }
  const cashier = { publicId: digits(10), secret: hex(20), data: { accountId: digits(10) } }
  await createCredential(ctx, { api: 'classic', kind: 'user', ...cashier, ...shown })
}

function asUuid(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  const digits = `${hex.slice(0, 12)}4${hex.slice(13, 16)}${variant}${hex.slice(17)}`
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
