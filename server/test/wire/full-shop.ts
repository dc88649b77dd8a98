// A shop with something of everything that a route may reach, all of it bearing one word, so that a leak can be seen.
import type { FastifyInstance } from 'fastify'
import { createList, createSegment, putMember } from '../../src/core/audience/index.ts'
import { upsertCategories, upsertProducts } from '../../src/core/catalog/index.ts'
import {
  addInterest,
  addSourceRecord,
  type CustomerId,
  createCustomer,
  putAddress,
  relate,
  setCustomerPassword,
} from '../../src/core/customers/index.ts'
import { recordOwnEvent } from '../../src/core/events/index.ts'
import { applyOperation } from '../../src/core/ledger/index.ts'
import {
  assignCard,
  createCharge,
  createEarningRule,
  createReward,
  findDefaultProgramme,
  giveTier,
  issueVoucher,
  listCards,
  listTiers,
  reservePoints,
} from '../../src/core/loyalty/index.ts'
import { createForm, sendMessage } from '../../src/core/messaging/index.ts'
import { listReferenceItems, type ReferenceKind } from '../../src/core/organisations/index.ts'
import { recordPurchase } from '../../src/core/purchases/index.ts'
import { type Ctx, makeCtx, type Server } from '../../src/platform/ctx.ts'
import type { OpaqueKind } from '../../src/platform/ids.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { type Caller, type Role, signInEverywhere } from './every-api.ts'

/** What names a customer or something of theirs. */
export interface Person {
  readonly word: string
  readonly id: CustomerId
  readonly code: string
  readonly email: string
  readonly phone: string
  readonly cardNumber: string
  readonly purchaseNumber: string
  readonly externalId: string
  readonly device: string
  /** A list that the person is a member of. */
  readonly listId: number
  /** Points that somebody gave the person by hand. */
  readonly postingId: number
}

export interface FullShop {
  readonly ctx: Ctx
  readonly person: Person
  readonly productCode: string
  readonly callers: Readonly<Record<Role, Caller>>
}

const password = 'Correct-Horse-9'

export async function openFullShop(app: FastifyInstance, server: Server, word: string): Promise<FullShop> {
  const slug = word.toLowerCase()
  const { tenant, apiKey } = await createTenant(server, { slug, name: slug, template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const productCode = `${word}-P`
  await upsertCategories(ctx, [{ externalId: word, name: word }])
  await upsertProducts(ctx, [
    {
      code: productCode,
      name: word,
      brandExternalId: word,
      priceMinor: 1000,
      currency: 'EUR',
      categoryExternalId: word,
    },
  ])
  const person = await addPerson(ctx, word)
  await createSegment(ctx, { name: word })
  await createForm(ctx, { listId: person.listId, name: word })
  await addTerms(ctx, word)
  const connections = await describeConnections(ctx, { publicUrl: 'http://localhost' })
  const callers = await signInEverywhere(app, {
    connections,
    apiKey,
    email: person.email,
    password,
    device: person.device,
  })
  return { ctx, person, productCode, callers }
}

/** What the default points give on request and lose by the clock. */
async function addTerms(ctx: Ctx, word: string): Promise<void> {
  const programme = await findDefaultProgramme(ctx)
  if (!programme) return
  await createEarningRule(ctx, {
    name: word,
    unitId: programme.unitId,
    state: 'active',
    onRequest: true,
    definition: { conditions: [], earning: { kind: 'fixed', amount: 3 } },
  })
  const terms = { kind: 'depreciation', amount: 500, every: 1, period: 'year', onlyDormant: false } as const
  await createCharge(ctx, { programmeId: programme.id, ...terms })
}

/** A customer with something in every table that has customers' rows. */
export async function addPerson(ctx: Ctx, word: string): Promise<Person> {
  const lower = word.toLowerCase()
  const email = `${lower}@shop.example`
  const phone = `+49171${String(parseInt(lower.slice(0, 5), 36))
    .padStart(8, '0')
    .slice(0, 8)}`
  const friend = await createCustomer(ctx, { firstName: word, lastName: 'Friend' })
  const customer = await createCustomer(ctx, {
    firstName: word,
    lastName: word,
    email,
    phone,
    attributes: { note: word, p1_note: word },
  })
  const customerId = customer.id
  await setCustomerPassword(ctx, { customerId, password })
  await putAddress(ctx, { customerId, line1: word, city: word, primary: true })
  await addSourceRecord(ctx, { customerId, source: 'e-shop', externalId: `${word}-E` })
  const card = (await listCards(ctx, { offset: 0, limit: 100 })).items.find((one) => one.customerId === null)
  const cardNumber = card?.number ?? ''
  await assignCard(ctx, { number: cardNumber, customerId })
  const purchaseNumber = await addSale(ctx, { customerId, word })
  const postingId = await addValue(ctx, { customerId, word })
  await addVoucher(ctx, { customerId, word })
  const listId = await addMembership(ctx, { customerId, word })
  await addEngagement(ctx, { customerId, word, friendId: friend.id })
  const message = { channel: 'email', purpose: 'security', customerId, to: email, subject: word, text: word } as const
  await sendMessage(ctx, { key: word, ...message })
  return {
    word,
    id: customerId,
    code: customer.code,
    email,
    phone,
    cardNumber,
    purchaseNumber,
    externalId: `${word}-E`,
    device: `${word}-device`,
    listId,
    postingId,
  }
}

interface Owned {
  readonly customerId: CustomerId
  readonly word: string
}

async function addSale(ctx: Ctx, { customerId, word }: Owned): Promise<string> {
  const number = `${word}-N`
  await recordPurchase(ctx, {
    space: 'till',
    source: 'till',
    number,
    confirmed: true,
    currency: 'EUR',
    customerId,
    occurredAt: new Date(),
    onKnownNumber: 'refuse',
    lines: [{ code: `${word}-P`, name: word, quantity: 1, unitPrice: 500 }],
  })
  return number
}

async function addValue(ctx: Ctx, { customerId, word }: Owned): Promise<number> {
  const programme = await findDefaultProgramme(ctx)
  const unitId = programme?.unitId ?? 0
  await applyOperation(ctx, { kind: 'hold', key: `${word}-hold`, unitId, customerId, amount: 3, note: word })
  const given = { programmeId: programme?.id, key: `${word}-gift`, unitId, customerId, amount: 50, note: word }
  return (await applyOperation(ctx, { kind: 'earn', ...given })).postingId
}

/** Something of each kind that hangs on a customer: an event, a relation, an interest, a reservation, a tier by hand. */
async function addEngagement(
  ctx: Ctx,
  { customerId, word, friendId }: Owned & { friendId: CustomerId },
): Promise<void> {
  const first = async (kind: ReferenceKind) => (await listReferenceItems(ctx, kind))[0]
  const type = await first('event_type')
  await recordOwnEvent(ctx, {
    typeId: type?.id ?? 0,
    type: type?.code ?? '',
    customerId,
    externalId: `${word}-V`,
    secondaryExternalId: null,
    data: word,
    properties: { workshop: word },
  })
  const typeId = (await first('relation_type'))?.id ?? 0
  await relate(ctx, { customerId, relatedId: friendId, typeId, isLeading: true })
  await addInterest(ctx, { customerId, interestId: (await first('interest'))?.id ?? 0 })
  await reservePoints(ctx, { externalId: `${word}-R`, customerId, amount: 2 })
  const programme = await findDefaultProgramme(ctx)
  const [tier] = await listTiers(ctx, programme?.id ?? 0)
  await giveTier(ctx, { customerId, tierId: tier?.id ?? 0 })
}

async function addVoucher(ctx: Ctx, { customerId, word }: Owned): Promise<void> {
  const reward = await createReward(ctx, {
    code: `${word}-R`,
    name: word,
    usage: 'voucher',
    kind: 'catalogue',
    state: 'active',
    definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
  })
  await issueVoucher(ctx, { rewardId: reward.id, customerId, code: `${word}-V`, note: word })
}

async function addMembership(ctx: Ctx, { customerId, word }: Owned): Promise<number> {
  const list = await createList(ctx, { name: word })
  await putMember(ctx, {
    listId: list.id,
    customerId,
    mode: 'insert',
    confirmedAt: new Date(),
    source: word,
  })
  return list.id
}

/** The tables whose rows APIs name by an id, and how that id is called where it is shown opaquely. */
export const kindOfTable: Readonly<Record<string, OpaqueKind>> = {
  customers: 'customer',
  organisations: 'organisation',
  products: 'product',
  purchases: 'purchase',
  purchase_lines: 'purchaseLine',
  postings: 'posting',
  lots: 'lot',
  units: 'unit',
  programmes: 'programme',
  tiers: 'tier',
  cards: 'card',
  card_types: 'cardType',
  reference_items: 'reference',
  customer_addresses: 'address',
  identities: 'identity',
  messages: 'message',
  segments: 'segment',
  categories: 'category',
  brands: 'brand',
  staff_users: 'staffUser',
  customer_source_records: 'sourceRecord',
  customer_relations: 'relation',
  customer_interests: 'interestRecord',
  customer_tiers: 'customerTier',
  point_reservations: 'reservation',
  attribute_definitions: 'attribute',
  lists: 'list',
  rewards: 'reward',
  vouchers: 'voucher',
}
