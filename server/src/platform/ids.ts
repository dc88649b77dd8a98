import { createCipheriv, createDecipheriv } from 'node:crypto'

declare const brand: unique symbol
/** A number that can't be mistaken for another entity's. */
export type Id<Name extends string> = number & { readonly [brand]: Name }

/** The kinds of entity that are shown to the outside by an opaque id. The number is part of the id: never change one. */
export const opaqueKinds = {
  customer: 1,
  list: 2,
  organisation: 3,
  product: 4,
  purchase: 5,
  purchaseLine: 6,
  posting: 7,
  lot: 8,
  unit: 9,
  programme: 10,
  tier: 11,
  card: 12,
  cardType: 13,
  reference: 14,
  address: 15,
  identity: 16,
  device: 17,
  message: 18,
  segment: 19,
  category: 20,
  brand: 21,
  staffUser: 22,
  token: 23,
  account: 24,
  code: 25,
  sourceRecord: 26,
  attribute: 27,
  event: 28,
  consent: 29,
  credential: 30,
  customerTier: 31,
  tenant: 32,
  currency: 33,
  reservation: 34,
  relation: 35,
  interestRecord: 36,
  file: 37,
  reward: 50,
  rewardType: 51,
  voucher: 52,
  contactAccount: 40,
  contactWallet: 41,
} as const
export type OpaqueKind = keyof typeof opaqueKinds

/** Shows ids as 128 unguessable bits and reads them back; a wrong kind or tenant reads as undefined. */
export interface OpaqueIds {
  /** 32 lower-case hex digits. */
  hex(kind: OpaqueKind, tenantId: number, id: number): string
  /** A dashed lower-case UUID. */
  uuid(kind: OpaqueKind, tenantId: number, id: number): string
  /** Reads either form, any case. */
  read(kind: OpaqueKind, tenantId: number, text: string): number | undefined
}

/** `key`: 16 bytes kept in server_secrets. One AES block over kind, tenant and id is a permutation, so no table is needed. */
export function opaqueIds(key: Buffer): OpaqueIds {
  // One pair for all ids: without chaining and padding each block comes out as it goes in, and making a cipher costs some
  // twenty times as much as using it.
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  const decipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  const hex = (kind: OpaqueKind, tenantId: number, id: number) => {
    const block = Buffer.alloc(16)
    block.writeUInt16BE(opaqueKinds[kind], 0)
    block.writeUIntBE(tenantId, 2, 6)
    block.writeBigUInt64BE(BigInt(id), 8)
    return cipher.update(block).toString('hex')
  }
  return {
    hex,
    uuid: (kind, tenantId, id) =>
      hex(kind, tenantId, id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    read: (kind, tenantId, text) => {
      const digits = text.replaceAll('-', '').toLowerCase()
      if (!/^[0-9a-f]{32}$/.test(digits)) return undefined
      const block = decipher.update(Buffer.from(digits, 'hex'))
      const id = block.readBigUInt64BE(8)
      const known = block.readUInt16BE(0) === opaqueKinds[kind] && block.readUIntBE(2, 6) === tenantId
      return known && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : undefined
    },
  }
}
