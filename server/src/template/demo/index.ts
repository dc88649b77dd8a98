import {
  createCredential,
  createTenantWith,
  findTenant,
  isCurrentPassword,
  listCredentials,
  listTenants,
} from '../../core/accounts/index.ts'
import { upsertBrands, upsertCategories, upsertProducts } from '../../core/catalog/index.ts'
import { type CustomerId, identifyMany, putAddress } from '../../core/customers/index.ts'
import { createCard, listCardTypes } from '../../core/loyalty/index.ts'
import { alwaysOpen, createOrganisation, findOrganisationByCode } from '../../core/organisations/index.ts'
import { type Chance, seededChance, seededRandom } from '../../platform/chance.ts'
import type { Ctx, Server } from '../../platform/ctx.ts'
import { makeCtx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { fillTenant } from '../create.ts'
import { browse, joinLists, visit } from './life.ts'
import { writeToPeople } from './messages.ts'
import { inventPeople, type Person } from './people.ts'
import { demoCategoryInputs, demoProductInputs } from './products.ts'
import { inventSales } from './sales.ts'
import { tellSales } from './told.ts'

export interface DemoLogin {
  readonly email: string
  readonly password: string
}

const slug = 'demo'
const email = 'demo@regulars.example'
const actor = { kind: 'system', id: 'demo', via: 'demo' } as const

/**
 * The demo tenant's login. Makes the tenant first, with thirteen months of generated trade, when the server has no tenant
 * yet; undefined when there are others and none is the demo. All or nothing, so an interrupted start begins anew.
 */
export async function ensureDemo(
  server: Server,
  hooks: { willMake?: () => void } = {},
): Promise<DemoLogin | undefined> {
  const known = await findDemoLogin(server)
  if (known || (await listTenants(server)).length > 0) return known
  hooks.willMake?.()
  try {
    return await makeDemo(server)
  } catch (error) {
    // Another process was faster.
    if (error instanceof DomainError && error.code === 'tenant.slug_taken') return findDemoLogin(server)
    throw error
  }
}

async function findDemoLogin(server: Server): Promise<DemoLogin | undefined> {
  const tenant = await findTenant(server, slug)
  if (!tenant) return undefined
  const ctx = makeCtx(server, tenant, actor)
  const [kept] = await listCredentials(ctx, 'console')
  if (!kept?.secret) return undefined
  const login = { email: kept.publicId, password: kept.secret }
  // Whoever chose another password knows it.
  return (await isCurrentPassword(ctx, login)) ? login : undefined
}

function makeDemo(server: Server): Promise<DemoLogin> {
  const login = { email, password: server.random.hex(8) }
  const input = { slug, name: 'Nordwind Home' }
  return createTenantWith(server, input, {
    actor,
    fill: async (ctx) => {
      await fillTenant(ctx, { ...input, template: 'retail', ownerEmail: email, ownerPassword: login.password })
      await createCredential(ctx, {
        api: 'console',
        kind: 'demo_login',
        publicId: email,
        secret: login.password,
        showSecret: true,
      })
      await fillWithLife({ ...ctx, random: seededRandom('demo codes') }, seededChance('demo'))
      return login
    },
  })
}

const size = { people: 300, sales: 2_500, days: 396, sessions: 900, visits: 240, cards: 90, addresses: 150 }

async function fillWithLife(ctx: Ctx, chance: Chance): Promise<void> {
  const now = ctx.clock.now()
  const storeIds = await openStores(ctx)
  await upsertCategories(ctx, demoCategoryInputs)
  await upsertBrands(ctx, [
    { externalId: 'haus-am-see', name: 'Haus am See' },
    { externalId: 'atelier-lund', name: 'Atelier Lund' },
  ])
  await upsertProducts(ctx, demoProductInputs)
  const people = inventPeople(chance, now, size.people)
  const customerIds = await register(ctx, people)
  const cardNumbers = await giveCards(ctx, customerIds.slice(0, size.cards))
  await noteAddresses(ctx, { people, customerIds })
  await joinLists(ctx, chance, { people, customerIds })
  const sales = inventSales(chance, { now, people, days: size.days, count: size.sales, stores: storeIds.length })
  await tellSales(ctx, { customerIds, cardNumbers, storeIds }, sales)
  await writeToPeople(ctx, { people, customerIds }, sales)
  await visit(ctx, chance, { people, customerIds }, size.visits)
  await browse(ctx, chance, { people, customerIds }, size.sessions)
}

async function openStores(ctx: Ctx): Promise<number[]> {
  const main = await findOrganisationByCode(ctx, 'main')
  const ids = main ? [main.id] : []
  for (const store of furtherStores) {
    const { id } = await createOrganisation(ctx, {
      kind: 'store',
      parentId: main?.parentId,
      openingHours: alwaysOpen.filter((hours) => hours.day < 7).map(({ day }) => ({ day, from: '10:00', to: '19:00' })),
      ...store,
    })
    ids.push(id)
  }
  return ids
}

const furtherStores = [
  {
    code: 'harbour',
    name: 'Harbour store',
    address: { line1: 'Am Sandtorkai 5', city: 'Hamburg', postalCode: '20457', country: 'DE' },
    latitude: 53.5436,
    longitude: 9.9937,
  },
  {
    code: 'altstadt',
    name: 'Altstadt store',
    address: { line1: 'Sendlinger Straße 12', city: 'München', postalCode: '80331', country: 'DE' },
    latitude: 48.1354,
    longitude: 11.5697,
  },
] as const

async function register(ctx: Ctx, people: readonly Person[]): Promise<CustomerId[]> {
  const identified = await identifyMany(
    ctx,
    people.map((person, index) => ({
      claims: [
        { kind: 'email', value: person.email, verified: true },
        ...(person.phone ? [{ kind: 'phone', value: person.phone } as const] : []),
      ],
      source: { source: person.source, externalId: String(10_001 + index) },
      create: {
        kind: 'person',
        firstName: person.firstName,
        lastName: person.lastName,
        gender: person.gender,
        birthday: person.birthday,
        country: person.country,
        language: person.language,
        source: person.source,
        createdAt: person.joinedAt,
        ...(index % 9 === 0 ? { attributes: { p1_note: 'Prefers a call in the evening.' } } : {}),
      },
    })),
  )
  return identified.map((one) => one.customerId)
}

/** By the position of the person. */
async function giveCards(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<Map<number, string>> {
  const [type] = await listCardTypes(ctx)
  const numbers = new Map<number, string>()
  if (!type) return numbers
  for (const [index, customerId] of customerIds.entries()) {
    const number = `${type.prefix}${ctx.random.digits(12)}`
    await createCard(ctx, { cardTypeId: type.id, number, customerId })
    numbers.set(index, number)
  }
  return numbers
}

async function noteAddresses(
  ctx: Ctx,
  crowd: { people: readonly Person[]; customerIds: readonly CustomerId[] },
): Promise<void> {
  for (const [index, customerId] of crowd.customerIds.slice(0, size.addresses).entries()) {
    const person = crowd.people[index]
    if (person) await putAddress(ctx, { customerId, country: person.country, ...person.address })
  }
}
