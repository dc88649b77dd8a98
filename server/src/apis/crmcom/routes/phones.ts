import type { FastifyInstance } from 'fastify'
import {
  addIdentity,
  type Customer,
  type Identity,
  identitiesOf,
  removeIdentity,
  setPrimaryIdentity,
  updateCustomer,
} from '../../../core/customers/index.ts'
import { type Ctx, type Server, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { type ContactCall, withOwnContact } from '../auth.ts'
import { decodePhone } from '../challenges.ts'
import { decodeBody, decodeFlag, decodeWord } from '../decode.ts'
import { encodePhone, phoneTypeOf, phoneTypesAfter, uuid } from '../encode.ts'

const wire = { number: 'number', country: 'country_code' }
const named = { config: { wireNames: { phone: 'number' } } }

/** A phone number is an identity of the contact: it signs in, and belongs to one contact only. */
export function phoneRoutes(app: FastifyInstance, server: Server): void {
  app.get('/contacts/:id/phones', withOwnContact(server, showPhones))
  app.post('/contacts/:id/phones', named, withOwnContact(server, addPhone))
  app.put('/contacts/:id/phones/:phone_id', named, withOwnContact(server, updatePhone))
  app.delete('/contacts/:id/phones/:phone_id', withOwnContact(server, removePhone))
}

async function showPhones({ ctx, customer }: ContactCall) {
  return {
    content: identitiesOf(customer, 'phone').map((phone) => encodePhone(ctx, phone, phoneTypeOf(customer, phone))),
  }
}

async function addPhone({ ctx, customer, request }: ContactCall) {
  const body = decodeBody(request.body)
  const type = decodeWord(body, 'phone_type', ['MOBILE', 'LANDLINE', 'FAX']) ?? 'MOBILE'
  const value = decodePhone(ctx, body, wire)
  const id = await transact(ctx, async (ctx) => {
    const changed = await addIdentity(ctx, {
      customerId: customer.id,
      claim: { kind: 'phone', value },
      primary: decodeFlag(body, 'is_primary') ?? false,
    })
    const phone = getPhoneByValue(changed, value)
    await noteType(ctx, changed, { phone, type })
    return phone.id
  })
  return { id: uuid(ctx, 'identity', id) }
}

/** Another number is another identity: it has to be proved anew, and the phone gets a new id. */
async function updatePhone(call: ContactCall) {
  const { ctx, customer, request } = call
  const phone = getOwnPhone(call)
  const body = decodeBody(request.body)
  const value = body.number === undefined ? phone.value : decodePhone(ctx, body, wire)
  const primary = decodeFlag(body, 'is_primary')
  const id = await transact(ctx, async (ctx) => {
    if (value === phone.value) {
      if (primary) await setPrimaryIdentity(ctx, { customerId: customer.id, identityId: phone.id })
      return phone.id
    }
    await removeIdentity(ctx, { customerId: customer.id, identityId: phone.id })
    const changed = await addIdentity(ctx, {
      customerId: customer.id,
      claim: { kind: 'phone', value },
      primary: primary ?? phone.isPrimary,
    })
    const added = getPhoneByValue(changed, value)
    await noteType(ctx, changed, { phone: added, type: phoneTypeOf(customer, phone) })
    return added.id
  })
  return { id: uuid(ctx, 'identity', id) }
}

async function removePhone(call: ContactCall) {
  await removeIdentity(call.ctx, { customerId: call.customer.id, identityId: getOwnPhone(call).id })
}

function getOwnPhone({ ctx, customer, request }: ContactCall): Identity {
  const { phone_id: text = '' } = request.params as { phone_id?: string } // the routes that call this have it
  const id = ctx.ids.read('identity', ctx.tenant.id, text)
  const phone = identitiesOf(customer, 'phone').find((one) => one.id === id)
  if (!phone) throw new DomainError('identity.not_found')
  return phone
}

function getPhoneByValue(customer: Customer, value: string): Identity {
  const phone = identitiesOf(customer, 'phone').find((one) => one.value === value)
  if (!phone) throw new DomainError('identity.not_found')
  return phone
}

async function noteType(ctx: Ctx, customer: Customer, of: { phone: Identity; type: string }): Promise<void> {
  await updateCustomer(ctx, { id: customer.id, patch: { attributes: phoneTypesAfter(customer, of) } })
}
