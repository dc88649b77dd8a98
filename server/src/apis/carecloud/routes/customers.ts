import { updateToken } from '../../../core/accounts/index.ts'
import {
  addSourceRecord,
  type Customer,
  type CustomerFilters,
  countCustomers,
  createCustomer,
  findCustomerByIdentity,
  findEmail,
  findPhone,
  findReferrer,
  replaceCustomer,
  searchCustomers,
  setCustomerPassword,
} from '../../../core/customers/index.ts'
import { findCardByNumber } from '../../../core/loyalty/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import { writeConsents } from '../consents.ts'
import { customerRows, readCustomer, salutationOf, type ToldCustomer, writeHomeAddress } from '../customer.ts'
import { readDate } from '../decode.ts'
import { type Answer, created, idOf, listOf, noContent, ok } from '../encode.ts'
import { invalidParam } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { internationalPhone, isPassword, proveCustomer } from '../passwords.ts'
import { customerInPath, isApp, ownCustomer } from '../people.ts'
import { readPropertyValues } from '../properties.ts'
import { readReferrer, refer } from '../referrals.ts'
import { linkSocial, proveBySocial, readSocialClaim } from '../social.ts'
import { findSourceById, readSource } from '../sources.ts'

export function customerRoutes(routes: Routes): void {
  routes.post('/customers', 'both', createFromBody)
  routes.get('/customers', 'both', listPage)
  routes.get('/customers/:customer_id', 'both', async (call) => {
    const short = call.query.boolean('customer_short_salutation')
    call.query.done()
    const [row] = await customerRows(call, [await customerInPath(call)], short)
    return ok(row ?? {})
  })
  routes.put('/customers/:customer_id', 'both', async (call) => replaceFromBody(call, await customerInPath(call)))
  // An app leaves the id out: the customer is the one who is signed in.
  routes.put('/customers', 'customer', async (call) => {
    const customer = { ...call.params, customer_id: idOf(call.ctx, 'customer', ownCustomer(call)) }
    return replaceFromBody(call, await customerInPath({ ...call, params: customer }))
  })
  actions(routes)
}

async function createFromBody(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const told = await readCustomer(ctx, body)
  const source = await readSource(ctx, body.needObject('customer_source'))
  const autologin = body.needBoolean('autologin')
  const password = readPassword(call, autologin)
  const properties = await readPropertyValues(ctx, body)
  const referrer = await readReferrer(ctx, body)
  const social = await readSocialClaim(ctx, body)
  body.done()
  const customer = await transact(ctx, async (ctx) => {
    const made = await createCustomer(ctx, {
      ...told.profile,
      source: source.code,
      ...(social ? { claims: [social] } : {}),
      attributes: withoutNulls({ ...told.attributes, ...properties }),
    })
    await addSourceRecord(ctx, { customerId: made.id, source: source.code, externalId: source.externalId })
    if (told.address) await writeHomeAddress(ctx, made.id, told.address)
    await writeConsents(ctx, made.id, told.consents)
    if (password !== undefined) await setCustomerPassword(ctx, { customerId: made.id, password })
    if (referrer !== undefined) await refer(ctx, { customerId: made.id, referrerId: referrer })
    if (autologin) await signInOnDevice({ ...call, ctx }, made.id)
    return made
  })
  return created({ customer_id: idOf(ctx, 'customer', customer.id) })
}

/** `autologin` signs the new customer in on the app that made them; the shop's systems have no session to open. */
async function signInOnDevice(call: Call, customerId: number): Promise<void> {
  const { tokenId, tokenData } = call.session
  if (isApp(call) && tokenId !== undefined) await updateToken(call.ctx, { id: tokenId, customerId, data: tokenData })
}

/** The rule holds whoever sends it; `autologin` makes it required. */
function readPassword({ body }: Call, required: boolean): string | undefined {
  const password = required ? body.needText('password') : body.text('password')
  if (password && !isPassword(password)) {
    body.refuse('password', 'not_allowed_value', 'needs 8 characters with a digit and an upper-case letter')
  }
  return password
}

function withoutNulls(values: ToldCustomer['attributes']): ToldCustomer['attributes'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

const orders = { customer_id: 'id', last_change: 'updated' } as const

async function listPage(call: Call): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('customers'))
  const filters = await readFilters(call)
  const short = query.boolean('customer_short_salutation')
  query.done()
  const order = orders[page.sortField as keyof typeof orders] ?? 'id' // of the fields that query.page lets through, those that sort
  const customers = await searchCustomers(ctx, {
    filters,
    order: page.descending ? `-${order}` : order,
    offset: page.offset,
    limit: page.limit,
  })
  return listOf('customers', await customerRows(call, customers, short), await countCustomers(ctx, { filters }))
}

async function readFilters(call: Call): Promise<CustomerFilters> {
  const { query } = call
  const [email, phone] = [query.text('email'), query.text('phone')]
  const emails = query.list('email_list')
  const ids = isApp(call) ? [ownCustomer(call)] : query.ids('customer_ids', 'customer')
  const source = query.text('customer_source_id')
  return {
    states: ['identified'],
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone: internationalPhone(phone) }),
    ...(emails === undefined ? {} : { emails }),
    ...(ids === undefined ? {} : { ids: ids as unknown as CustomerFilters['ids'] }), // numbers of this tenant or of nobody
    ...(source === undefined ? {} : { fromSource: await sourceCodeOf(call.ctx, source) }),
    firstName: query.text('first_name'),
    lastName: query.text('last_name'),
    birthday: query.date('birthdate'),
  }
}

/** The source's code; one that no source has where the id is unknown, so that the filter finds nothing. */
async function sourceCodeOf(ctx: Ctx, id: string): Promise<string> {
  return (await findSourceById(ctx, id))?.code ?? '\u2205'
}

/** PUT: everything that is not sent is erased, but for the password, the store and what was consented to. */
async function replaceFromBody(call: Call, customer: Customer): Promise<Answer> {
  const { ctx, body } = call
  const told = await readCustomer(ctx, body)
  const password = readPassword(call, false)
  const properties = await readPropertyValues(ctx, body)
  const social = await readSocialClaim(ctx, body)
  body.done()
  const isMade = told.attributes.salutation === salutationOf(customer)
  const attributes = { ...told.attributes, ...(isMade ? { salutation: null } : {}), ...properties }
  await transact(ctx, async (ctx) => {
    await replaceCustomer(ctx, { id: customer.id, customer: { ...kept(customer), ...told.profile, attributes } })
    await writeHomeAddress(ctx, customer.id, told.address)
    await writeConsents(ctx, customer.id, told.consents)
    await linkSocial(ctx, customer.id, social)
    if (password !== undefined) await setCustomerPassword(ctx, { customerId: customer.id, password })
  })
  return noContent
}

/** What this API has no word for is not its to erase. */
function kept({ kind, middleName, companyName, country, timeZone, storeId, source }: Customer) {
  return { kind, middleName, companyName, country, timeZone, storeId, source }
}

function actions(routes: Routes): void {
  routes.post('/customers/actions/verify-credentials', 'enterprise', async (call) => {
    const customerId = await proveCustomer(call, ['card', 'email'])
    return ok({ customer_id: idOf(call.ctx, 'customer', customerId) })
  })

  routes.post('/customers/actions/verify-social-network-credentials', 'enterprise', async ({ ctx, body }) =>
    ok({ customer_id: idOf(ctx, 'customer', await proveBySocial(ctx, body)) }),
  )

  routes.get('/customers/actions/search-customers', 'enterprise', searchStrictly)

  routes.post('/customers/actions/check-registration-ability', 'both', async ({ ctx, body }) => {
    const kind = body.needChoice('type', ['email', 'phone'])
    const value = body.needText('value', { max: 254 })
    body.done()
    const known = kind === 'phone' ? findPhone(internationalPhone(value), ctx.tenant.country) : findEmail(value)
    if (known === undefined) throw invalidParam('value', 'invalid_value_format', value)
    const claim = { kind, value: known }
    return ok({ registration_ability: (await findCustomerByIdentity(ctx, claim)) === undefined })
  })

  routes.open('POST', '/customers/actions/validate-customer-data', 'both', async ({ ctx, body }) => {
    const type = body.needChoice('type', ['password', 'referral_code'])
    const value = body.needText('value')
    body.done()
    if (type === 'password') return ok({ is_valid: isPassword(value) })
    // Without a token nobody knows whose customer's code it may be.
    return ok({ is_valid: ctx !== undefined && (await findReferrer(ctx, value)) !== undefined })
  })
}

async function searchStrictly(call: Call): Promise<Answer> {
  const { ctx, query } = call
  const strict = (query.choice('mode', ['strict', 'none']) ?? 'strict') === 'strict'
  const read = (name: string) => (strict ? query.needText(name) : (query.text(name) ?? ''))
  const [firstName, lastName, birthdate] = [read('first_name'), read('last_name'), read('birthdate')]
  const number = read('card_number')
  const birthday = readDate(birthdate)
  if (birthdate !== '' && !birthday) query.refuse('birthdate', 'invalid_value_format')
  query.done()
  if (!strict) return ok({ strict: [] })
  const card = await findCardByNumber(ctx, number)
  if (!card?.customerId) return ok({ strict: [] })
  const filters: CustomerFilters = {
    ids: [card.customerId as Customer['id']], // the owner of a card of this tenant
    firstName,
    lastName,
    birthday,
  }
  const found = await searchCustomers(ctx, { filters, limit: 1 })
  return ok({ strict: found.map((customer) => ({ customer_id: idOf(ctx, 'customer', customer.id), match: 100 })) })
}
