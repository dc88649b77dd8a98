import { timingSafeEqual } from 'node:crypto'
import { type Ctx, type Server, transact } from '../../../platform/ctx.ts'
import { dbOf } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { sha256 } from '../../../platform/random.ts'
import { loadSecrets, seal, unseal } from '../../../platform/secrets.ts'
import { audit } from '../audit/service.ts'
import type { Credential, CredentialId, Data, FoundCredential } from '../types.ts'
import * as store from './store.ts'

export interface CredentialInput {
  /** The way in that it opens. */
  readonly api: string
  /** What it is there, e.g. a shop, a user, an application. */
  readonly kind: string
  /** What the client says first; draw it at random, because it must find one tenant. */
  readonly publicId: string
  /** A random secret: it is kept as SHA-256. Passwords that people choose belong to staff users and customers. */
  readonly secret?: string
  readonly data?: Data
  /** Keeps the secret sealed too, so that it can be shown again. */
  readonly showSecret?: boolean
}

/** Refuses `credentials.taken` when this tenant has such a credential already. */
export async function createCredential(ctx: Ctx, input: CredentialInput): Promise<Credential> {
  const { sealingKey } = await loadSecrets(ctx.pool)
  const { secret } = input
  return transact(ctx, async (ctx) => {
    const stored = await store.insertCredential(ctx.db, ctx.tenant.id, {
      api: input.api,
      kind: input.kind,
      publicId: input.publicId,
      secretHash: secret === undefined ? null : sha256(secret),
      sealedSecret: secret !== undefined && input.showSecret ? seal(sealingKey, secret) : null,
      data: input.data ?? {},
    })
    await audit(ctx, {
      action: 'credential.created',
      entity: 'credential',
      entityId: stored.id,
      data: { api: input.api, kind: input.kind },
    })
    return { ...describe(stored), secret }
  })
}

function describe(stored: store.StoredCredential): Omit<Credential, 'secret'> {
  const { id, api, kind, publicId, data, createdAt } = stored
  return { id, api, kind, publicId, data, createdAt }
}

/** All that are not revoked, with the secrets that can be shown. Only for those who may read credentials. */
export async function listCredentials(ctx: Ctx, api?: string): Promise<Credential[]> {
  const { sealingKey } = await loadSecrets(ctx.pool)
  const all = await store.selectCredentials(ctx.db, ctx.tenant.id)
  return all
    .filter((one) => api === undefined || one.api === api)
    .map((one) => ({ ...describe(one), secret: openSecret(sealingKey, one) }))
}

function openSecret(sealingKey: Buffer, stored: store.StoredCredential): string | undefined {
  return stored.sealedSecret ? unseal(sealingKey, stored.sealedSecret) : undefined
}

/** Undefined when nobody has it, it was revoked, or two tenants do. Finding proves nothing yet: see `secretMatches`. */
export async function findCredential(
  server: Server,
  named: { api: string; kind: string; publicId: string },
): Promise<FoundCredential | undefined> {
  const { sealingKey } = await loadSecrets(server.pool)
  const [found, second] = await store.selectCredentialsByPublicId(dbOf(server.pool), named)
  if (!found || second) return undefined
  const { credential, tenant } = found
  return {
    ...describe(credential),
    tenant,
    secret: openSecret(sealingKey, credential),
    secretMatches: (secret) => credential.secretHash !== null && sameHash(credential.secretHash, sha256(secret)),
  }
}

function sameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Whether a client that says this would mean somebody already, in whatever tenant. */
export async function isPublicIdTaken(
  ctx: Ctx,
  named: { api: string; kind: string; publicId: string },
): Promise<boolean> {
  return (await store.selectCredentialsByPublicId(dbOf(ctx.pool), named)).length > 0
}

/** Merges into the credential's data. Refuses `request.not_found`. */
export async function updateCredential(ctx: Ctx, patch: { id: number; data: Data }): Promise<void> {
  if (!(await store.updateCredentialData(ctx.db, ctx.tenant.id, patch.id, patch.data))) {
    throw new DomainError('request.not_found', { id: patch.id })
  }
}

/** Refuses `request.not_found`. */
export function revokeCredential(ctx: Ctx, id: CredentialId): Promise<void> {
  return transact(ctx, async (ctx) => {
    if (!(await store.updateCredentialRevoked(ctx.db, ctx.tenant.id, id, ctx.clock.now()))) {
      throw new DomainError('request.not_found', { id })
    }
    await audit(ctx, { action: 'credential.revoked', entity: 'credential', entityId: id })
  })
}
