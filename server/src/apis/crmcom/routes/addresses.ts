import type { FastifyInstance } from 'fastify'
import { type Address, deleteAddress, listAddresses, putAddress } from '../../../core/customers/index.ts'
import type { Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { type ContactCall, withOwnContact } from '../auth.ts'
import { decodeCountry } from '../codes.ts'
import { decodeBody, decodeFlag, decodeNumber, decodeText, decodeWord, type Fields, requireText } from '../decode.ts'
import { encodeAddress, uuid } from '../encode.ts'

export function addressRoutes(app: FastifyInstance, server: Server): void {
  app.get('/contacts/:id/addresses', withOwnContact(server, showAddresses))
  app.post('/contacts/:id/addresses', withOwnContact(server, addAddress))
  app.put('/contacts/:id/addresses/:address_id', withOwnContact(server, updateAddress))
  app.delete('/contacts/:id/addresses/:address_id', withOwnContact(server, removeAddress))
}

async function showAddresses({ ctx, customer }: ContactCall) {
  const addresses = await listAddresses(ctx, customer.id)
  return { content: addresses.map((address) => encodeAddress(ctx, address)) }
}

async function addAddress({ ctx, customer, request }: ContactCall) {
  const body = decodeBody(request.body)
  const type = decodeWord(body, 'address_type', ['HOME', 'BUSINESS', 'ALTERNATIVE']) ?? 'HOME'
  requireText(body, 'address_line_1')
  const address = await putAddress(ctx, {
    customerId: customer.id,
    kind: type.toLowerCase(),
    ...decodeAddress(body),
    primary: decodeFlag(body, 'is_primary') ?? false,
  })
  return { id: uuid(ctx, 'address', address.id) }
}

async function updateAddress(call: ContactCall) {
  const { ctx, customer, request } = call
  const address = await getOwnAddress(call)
  const body = decodeBody(request.body)
  const changed = await putAddress(ctx, {
    customerId: customer.id,
    id: address.id,
    ...decodeAddress(body, address),
    primary: decodeFlag(body, 'is_primary') ?? false,
  })
  return { id: uuid(ctx, 'address', changed.id) }
}

async function removeAddress(call: ContactCall) {
  const address = await getOwnAddress(call)
  await deleteAddress(call.ctx, { customerId: call.customer.id, id: address.id })
}

async function getOwnAddress({ ctx, customer, request }: ContactCall): Promise<Address> {
  const { address_id: text = '' } = request.params as { address_id?: string } // the routes that call this have it
  const id = ctx.ids.read('address', ctx.tenant.id, text)
  const address = (await listAddresses(ctx, customer.id)).find((one) => one.id === id)
  if (!address) throw new DomainError('address.not_found')
  return address
}

/** What is not sent stays as it was. */
function decodeAddress(body: Fields, known?: Address) {
  const country = decodeText(body, 'country_code')
  const lat = decodeNumber(body, 'lat', { min: -90, max: 90 })
  const lon = decodeNumber(body, 'lon', { min: -180, max: 180 })
  const place = decodeText(body, 'googleplaceid') ?? decodeText(body, 'google_place_id')
  const keep = (name: string, before: string | null | undefined) => {
    const given = decodeText(body, name)
    return given === undefined ? (before ?? null) : given
  }
  return {
    line1: keep('address_line_1', known?.line1),
    line2: keep('address_line_2', known?.line2),
    region: keep('state_province_county', known?.region),
    city: keep('town_city', known?.city),
    postalCode: keep('postal_code', known?.postalCode),
    country: country ? decodeCountry(country, 'country_code') : (known?.country ?? null),
    latitude: lat ?? known?.latitude ?? null,
    longitude: lon ?? known?.longitude ?? null,
    data: {
      ...known?.data,
      careOf: keep('care_of', typeof known?.data.careOf === 'string' ? known.data.careOf : null),
      ...(place ? { googlePlaceId: place } : {}),
    },
  }
}
