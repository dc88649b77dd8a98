import { type Ctx, transact } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { onlyGiven } from '../../platform/records.ts'
import { cleanJson, cleanText } from '../../platform/text.ts'
import {
  type AddressFields,
  deleteAddressRow,
  findAddress,
  insertAddress,
  makeAddressPrimary,
  selectAddresses,
  updateAddress,
} from './address-store.ts'
import { lockForChange } from './locks.ts'
import { getCustomer } from './service.ts'
import type { Address, AddressId, CustomerId } from './types.ts'

export interface PutAddress extends Partial<AddressFields> {
  readonly customerId: number
  /** Given: changes that address, fields that are left out stay. */
  readonly id?: number
  readonly primary?: boolean
}

/** Adds an address or changes one. A customer's first is the primary one. Refuses address.not_found, request.invalid. */
export function putAddress(ctx: Ctx, command: PutAddress): Promise<Address> {
  const { customerId, id, primary, ...given } = command
  return transact(ctx, async (ctx) => {
    const owner = await lockOwner(ctx, customerId)
    const all = await selectAddresses(ctx, [owner])
    const old = all.find((one) => one.id === id)
    if (id !== undefined && !old) throw new DomainError('address.not_found', { id })
    const fields = cleanAddress({ ...(old ?? emptyAddress), ...onlyGiven(given) })
    if (old) await updateAddress(ctx, old.id, fields)
    const addressId = old?.id ?? (await insertAddress(ctx, owner, fields))
    if (primary || all.length === 0) await makeAddressPrimary(ctx, owner, addressId)
    await emitAddresses(ctx, owner)
    return mustFind(ctx, addressId)
  })
}

export async function listAddresses(ctx: Ctx, customerId: number): Promise<Address[]> {
  return selectAddresses(ctx, [(await getCustomer(ctx, customerId)).id])
}

/** The addresses of many customers, for lists; by customer, the primary one first. */
export async function addressesOf(
  ctx: Ctx,
  customerIds: readonly CustomerId[],
): Promise<ReadonlyMap<CustomerId, Address[]>> {
  return Map.groupBy(await selectAddresses(ctx, customerIds), (address) => address.customerId)
}

/** When the primary one goes, the oldest that is left takes its place. Refuses `address.not_found`. */
export function deleteAddress(ctx: Ctx, command: { customerId: number; id: number }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const owner = await lockOwner(ctx, command.customerId)
    const all = await selectAddresses(ctx, [owner])
    const gone = all.find((one) => one.id === command.id)
    if (!gone) throw new DomainError('address.not_found', { id: command.id })
    await deleteAddressRow(ctx, owner, gone.id)
    const next = all.find((one) => one.id !== gone.id)
    if (gone.isPrimary && next) await makeAddressPrimary(ctx, owner, next.id)
    await emitAddresses(ctx, owner)
  })
}

async function lockOwner(ctx: Ctx, customerId: number): Promise<CustomerId> {
  const { id } = await getCustomer(ctx, customerId)
  await lockForChange(ctx, [id])
  const customer = await getCustomer(ctx, id)
  if (customer.state === 'erased') throw new DomainError('customer.erased', { id })
  return customer.id
}

async function mustFind(ctx: Ctx, id: AddressId): Promise<Address> {
  const address = await findAddress(ctx, id)
  assert(address, 'an address written in this transaction is there')
  return address
}

const emptyAddress: AddressFields = {
  kind: 'home',
  line1: null,
  line2: null,
  city: null,
  region: null,
  postalCode: null,
  country: null,
  latitude: null,
  longitude: null,
  data: {},
}

const maxLength = 500

function cleanAddress(address: AddressFields): AddressFields {
  const text = (field: 'line1' | 'line2' | 'city' | 'region' | 'postalCode' | 'country') => {
    const value = cleanText(address[field] ?? '')
      .trim()
      .normalize('NFC')
    if (value.length > maxLength) throw new DomainError('request.invalid', { field, reason: 'too long' })
    return value || null
  }
  return {
    kind: cleanText(address.kind).trim() || 'home',
    line1: text('line1'),
    line2: text('line2'),
    city: text('city'),
    region: text('region'),
    postalCode: text('postalCode'),
    country: cleanCountry(text('country')),
    latitude: cleanDegrees('latitude', address.latitude, 90),
    longitude: cleanDegrees('longitude', address.longitude, 180),
    data: cleanJson(address.data),
  }
}

// Shops send names as often as codes; a name is kept as it is.
function cleanCountry(country: string | null): string | null {
  return country && /^[a-z]{2}$/i.test(country) ? country.toUpperCase() : country
}

function cleanDegrees(field: string, degrees: number | null, max: number): number | null {
  if (degrees !== null && !(Math.abs(degrees) <= max)) throw new DomainError('request.invalid', { field })
  return degrees
}

async function emitAddresses(ctx: Ctx, id: CustomerId): Promise<void> {
  await emitChanges(ctx, [
    { entity: 'customer', entityId: id, customerId: id, operation: 'updated', data: { fields: ['addresses'] } },
  ])
}
