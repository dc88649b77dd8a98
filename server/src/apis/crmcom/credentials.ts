import {
  type Attributes,
  type Customer,
  findCustomerByIdentity,
  findCustomersByAttributes,
} from '../../core/customers/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { countGuess } from './auth.ts'
import { decodeBody, decodeList, decodeWord, type Fields, refuse, requireText } from './decode.ts'
import { attributeNames } from './encode.ts'

const names = ['EMAIL', 'PHONE', 'CARD', 'ID_NUMBER', 'PASSPORT', 'BIRTHDATE'] as const

interface Credential {
  readonly name: (typeof names)[number]
  readonly value: string
}

/**
 * The one contact whom all credentials describe. A birthday only confirms a contact that another credential leads to:
 * it is shared by many and tried through quickly.
 */
export async function decodeContactByCredentials(ctx: Ctx, body: Fields): Promise<Customer> {
  const credentials = decodeCredentials(body)
  const leading = credentials.filter(({ name }) => name !== 'BIRTHDATE')
  if (leading.length === 0) return refuse('credentials', 'must contain more than a birthday')
  for (const { value } of leading) await countGuess(ctx, { scope: 'otp', subject: value })
  const found = await Promise.all(leading.map((credential) => findByCredential(ctx, credential)))
  const [customer] = found
  if (!customer || found.some((one) => one?.id !== customer.id)) throw new DomainError('customer.not_found')
  const birthday = credentials.find(({ name }) => name === 'BIRTHDATE')
  if (birthday && customer.birthday !== birthday.value) throw new DomainError('customer.not_found')
  return customer
}

function decodeCredentials(body: Fields): Credential[] {
  const credentials = decodeList(body, 'credentials', { max: 10 }).map((credential) => {
    const fields = decodeBody(credential)
    const name = decodeWord(fields, 'name', names) ?? refuse('name', `must be one of ${names.join(', ')}`)
    return { name, value: requireText(fields, 'value') }
  })
  return credentials.length > 0 ? credentials : refuse('credentials', 'is required')
}

async function findByCredential(ctx: Ctx, { name, value }: Credential): Promise<Customer | undefined> {
  if (name === 'ID_NUMBER') return findByDocument(ctx, { [attributeNames.identityCard]: { number: value } })
  if (name === 'PASSPORT') return findByDocument(ctx, { [attributeNames.passport]: { number: value } })
  return name === 'BIRTHDATE' ? undefined : findCustomerByIdentity(ctx, { kind: kinds[name], value })
}

const kinds = { EMAIL: 'email', PHONE: 'phone', CARD: 'card' } as const

// Documents are what contacts say of themselves; where two say the same, neither is found.
async function findByDocument(ctx: Ctx, attributes: Attributes): Promise<Customer | undefined> {
  const [customer, second] = await findCustomersByAttributes(ctx, { attributes, limit: 2 })
  if (second) throw new DomainError('customer.ambiguous')
  return customer
}
