import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { dbOf, type Pool, sql } from './db.ts'

/** What the server keeps to itself, made at its first start and kept in the database so that all processes share it. */
export interface ServerSecrets {
  /** 16 bytes: the permutation behind opaque ids. */
  readonly opaqueIdKey: Buffer
  /** 64 bytes: signs tokens that carry claims (HS256, HS512). */
  readonly tokenSigningKey: Buffer
  /** 32 bytes: seals secrets that must be shown again. */
  readonly sealingKey: Buffer
}

const names = { opaqueIdKey: 'opaque_id_key', tokenSigningKey: 'token_signing_key', sealingKey: 'sealing_key' } as const

const loaded = new WeakMap<Pool, Promise<ServerSecrets>>()

/** The server's secrets, made when they are missing. Processes that start at the same moment get the same ones. */
export function loadSecrets(pool: Pool): Promise<ServerSecrets> {
  const known = loaded.get(pool)
  if (known) return known
  const loading = readOrMake(pool)
  loaded.set(pool, loading)
  // A failure is not kept: the next call tries again.
  loading.catch(() => loaded.delete(pool))
  return loading
}

async function readOrMake(pool: Pool): Promise<ServerSecrets> {
  const db = dbOf(pool)
  await db.query(sql`
    insert into server_secrets (name, value) values
      (${names.opaqueIdKey}, ${randomBytes(16)}),
      (${names.tokenSigningKey}, ${randomBytes(64)}),
      (${names.sealingKey}, ${randomBytes(32)})
    on conflict (name) do nothing`)
  const rows = await db.query<{ name: string; value: Buffer }>(sql`select name, value from server_secrets`)
  const secretOf = (name: string) => {
    const row = rows.find((one) => one.name === name)
    if (!row) throw new Error(`server_secrets has no ${name}`)
    return row.value
  }
  return {
    opaqueIdKey: secretOf(names.opaqueIdKey),
    tokenSigningKey: secretOf(names.tokenSigningKey),
    sealingKey: secretOf(names.sealingKey),
  }
}

const nonceBytes = 12
const tagBytes = 16

/** Encrypts a secret for the database (AES-256-GCM: nonce, tag, text). */
export function seal(sealingKey: Buffer, text: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** Reads what `seal` wrote; throws when it was changed or sealed with another key. */
export function unseal(sealingKey: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey, sealed.subarray(0, nonceBytes))
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
}
