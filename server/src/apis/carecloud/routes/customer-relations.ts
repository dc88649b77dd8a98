import {
  addInterest,
  type Customer,
  changeInterest,
  displayName,
  endRelation,
  getCustomers,
  isCurrent,
  leavePartners,
  listInterests,
  listRelations,
  partnersLeft,
  type Relation,
  relate,
  removeInterest,
} from '../../../core/customers/index.ts'
import { listReferenceItems, type ReferenceKind } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { type Answer, created, idOf, noContent, ok, pageOf, timeOf, timeOrNull } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerInBody, customerInPath, findReachable, isApp } from '../people.ts'
import { referralRows } from '../referrals.ts'
import { listPartners, type PartnerRow, readPartners } from './partners.ts'

/** What a customer is to others, is interested in and belongs to. */
export function customerRelationRoutes(routes: Routes): void {
  relationRoutes(routes)
  interestRoutes(routes)
  partnerRecordRoutes(routes)

  routes.get('/customers/:customer_id/referrals', 'both', async (call) => {
    const page = call.query.page(fieldsOf('referrals'))
    const isValid = call.query.boolean('is_valid') ?? true
    const [campaign, code] = [call.query.text('referral_campaign_id'), call.query.text('referral_code')]
    call.query.done()
    const rows = (await referralRows(call.ctx, await customerInPath(call))).filter(
      (row) =>
        isValid &&
        (campaign === undefined || row.referral_campaign_id === campaign) &&
        (code === undefined || row.code === code),
    )
    return pageOf('referrals', rows, page)
  })
}

/** A reference item that a body names; an unknown one is a fault of the field. */
async function readItem(ctx: Ctx, fields: Fields, name: string, kind: ReferenceKind): Promise<number> {
  const id = fields.needId(name, 'reference')
  const known = id === 0 || (await listReferenceItems(ctx, kind)).some((item) => item.id === id)
  if (!known) fields.refuse(name, 'not_found')
  return id
}

const relationBase = '/customers/:customer_id/related-customers'

function relationRoutes(routes: Routes): void {
  routes.get(relationBase, 'both', async (call) => {
    const { ctx, query } = call
    const page = query.page(fieldsOf('relatedCustomers'))
    const relatedId = query.id('related_customer_id', 'customer')
    const typeId = query.id('customer_relation_type_id', 'reference')
    const all = query.boolean('all_customer_relations') ?? false
    query.done()
    const customer = await customerInPath(call)
    const relations = (await listRelations(ctx, customer.id)).filter(
      (relation) =>
        (all || isCurrent(relation, ctx.clock.now())) &&
        (relatedId === undefined || otherOf(relation, customer) === relatedId) &&
        (typeId === undefined || relation.typeId === typeId),
    )
    return pageOf('related_customers', await relationRows(call, customer, relations), page)
  })

  routes.post(relationBase, 'both', async (call) => {
    const { ctx } = call
    const customer = await customerInPath(call)
    const body = call.body.needObject('related_customer')
    const typeId = await readItem(ctx, body, 'customer_relation_type_id', 'relation_type')
    const isLeading = body.needBoolean('is_leading')
    const id = body.needId('related_customer_id', 'customer')
    // An app names somebody it cannot see: that they are there is all that it learns.
    const related = id === 0 ? undefined : (await getCustomers(ctx, [id]))[0]
    if (id !== 0 && (!related || related.state === 'erased')) body.refuse('related_customer_id', 'not_found')
    call.body.done()
    const made = await relate(ctx, { customerId: customer.id, relatedId: id, typeId, isLeading }).catch(
      taken('related_customer_id', body.value('related_customer_id')),
    )
    return created({ customer_relation_id: idOf(ctx, 'relation', made.id) })
  })

  routes.get(`${relationBase}/:customer_relation_id`, 'both', async (call) => {
    const { customer, relation } = await relationInPath(call)
    return ok((await relationRows(call, customer, [relation]))[0] ?? {})
  })

  routes.delete(`${relationBase}/:customer_relation_id`, 'both', async (call) => {
    const { customer, relation } = await relationInPath(call)
    if (!isCurrent(relation, call.ctx.clock.now())) {
      throw notFound('related-customers', call.params.customer_relation_id ?? '')
    }
    await endRelation(call.ctx, { customerId: customer.id, id: relation.id })
    return noContent
  })
}

async function relationInPath(call: Call): Promise<{ customer: Customer; relation: Relation }> {
  const customer = await customerInPath(call)
  const id = call.pathId('customer_relation_id', 'relation')
  const relation = (await listRelations(call.ctx, customer.id)).find((one) => one.id === id)
  if (!relation) throw notFound('related-customers', call.params.customer_relation_id ?? '')
  return { customer, relation }
}

/** A relation is seen from both of its sides. */
function otherOf(relation: Relation, customer: Customer): Customer['id'] {
  return relation.customerId === customer.id ? relation.relatedId : relation.customerId
}

async function relationRows(call: Call, customer: Customer, relations: readonly Relation[]) {
  const { ctx } = call
  const others = await getCustomers(
    ctx,
    relations.map((relation) => otherOf(relation, customer)),
  )
  const names = new Map(others.map((other) => [other.id, displayName(other)]))
  return relations.map((relation) => ({
    customer_relation_id: idOf(ctx, 'relation', relation.id),
    related_customer_id: idOf(ctx, 'customer', otherOf(relation, customer)),
    // An app knows its own customer's name and nobody else's.
    short_name: isApp(call) ? '' : (names.get(otherOf(relation, customer)) ?? ''),
    customer_relation_type_id: idOf(ctx, 'reference', relation.typeId),
    is_leading: relation.customerId === customer.id && relation.isLeading,
    valid_from: timeOf(ctx, relation.validFrom),
    valid_to: timeOrNull(ctx, relation.validTo),
    last_change: timeOf(ctx, relation.updatedAt),
    state: isCurrent(relation, ctx.clock.now()) ? 1 : 0,
  }))
}

/** What is there already, as this API words it. */
function taken(name: string, value: unknown): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DomainError) || error.code !== 'relation.exists') throw error
    throw invalidParam(name, 'relation_already_exists', value)
  }
}

const interestBase = '/customers/:customer_id/interest-records'

function interestRoutes(routes: Routes): void {
  routes.get(interestBase, 'both', async (call) => {
    const { ctx } = call
    const customer = await customerInPath(call)
    const rows = (await listInterests(ctx, customer.id)).map((record) => ({
      interest_record_id: idOf(ctx, 'interestRecord', record.id),
      interest_id: idOf(ctx, 'reference', record.interestId),
      customer_id: idOf(ctx, 'customer', record.customerId),
      last_change: timeOf(ctx, record.updatedAt),
    }))
    return ok({ interest_records: rows, total_items: rows.length })
  })

  routes.post(interestBase, 'both', async (call) => {
    const customer = await customerInPath(call)
    const interestId = await readInterest(call, customer)
    const command = { customerId: customer.id, interestId }
    const record = await addInterest(call.ctx, command).catch(taken('interest_id', ''))
    return created({ interest_record_id: idOf(call.ctx, 'interestRecord', record.id) })
  })

  routes.put(`${interestBase}/:interest_record_id`, 'both', async (call) => {
    const { customer, id } = await interestInPath(call)
    const interestId = await readInterest(call, customer)
    await changeInterest(call.ctx, { customerId: customer.id, id, interestId }).catch(taken('interest_id', ''))
    return noContent
  })

  routes.delete(`${interestBase}/:interest_record_id`, 'both', async (call) => {
    const { customer, id } = await interestInPath(call)
    await removeInterest(call.ctx, { customerId: customer.id, id })
    return noContent
  })
}

/** The customer is in the path; where the body names one too, it is the same. */
async function readInterest(call: Call, customer: Customer): Promise<number> {
  const body = call.body.needObject('interest_record')
  const interestId = await readItem(call.ctx, body, 'interest_id', 'interest')
  const told = body.id('customer_id', 'customer')
  if (told !== undefined && (await findReachable(call, told))?.id !== customer.id) {
    body.refuse('customer_id', 'not_allowed_value')
  }
  call.body.done()
  return interestId
}

async function interestInPath(call: Call): Promise<{ customer: Customer; id: number }> {
  const customer = await customerInPath(call)
  const id = call.pathId('interest_record_id', 'interestRecord')
  const known = (await listInterests(call.ctx, customer.id)).some((record) => record.id === id)
  if (!known) throw notFound('interest-records', call.params.interest_record_id ?? '')
  return { customer, id }
}

const partnerBase = '/customers/:customer_id/partner-records'

function partnerRecordRoutes(routes: Routes): void {
  routes.get(partnerBase, 'enterprise', async (call) => {
    const page = call.query.page(fieldsOf('partnerRecords'))
    call.query.done()
    const customer = await customerInPath(call)
    const rows = (await partnersOf(call.ctx, customer)).map((partner) => ({
      partner_record_id: recordId(call.ctx, partner, customer),
      partner_id: partner.row.partner_id,
      last_change: timeOf(call.ctx, customer.updatedAt),
    }))
    return pageOf('partner_records', rows, page)
  })

  routes.post(partnerBase, 'both', async (call) => {
    const customer = await customerInPath(call)
    const body = call.body.needObject('partner_record')
    const [partner] = await readPartners(call.ctx, [body])
    call.body.done()
    const left = await partnersLeft(call.ctx, customer.id)
    if (!partner || !left.includes(partner.id)) {
      throw invalidParam('partner_id', 'relation_already_exists', body.value('partner_id'))
    }
    await leavePartners(call.ctx, { customerId: customer.id, partnerIds: left.filter((id) => id !== partner.id) })
    return created({ partner_record_id: recordId(call.ctx, partner, customer) })
  })

  routes.delete(`${partnerBase}/:partner_record_id`, 'enterprise', async (call) => {
    const customer = await customerInPath(call)
    const text = (call.params.partner_record_id ?? '').toLowerCase()
    const partner = (await partnersOf(call.ctx, customer)).find((one) => recordId(call.ctx, one, customer) === text)
    if (!partner) throw notFound('partner-records', text)
    const left = await partnersLeft(call.ctx, customer.id)
    await leavePartners(call.ctx, { customerId: customer.id, partnerIds: [...left, partner.id] })
    return noContent
  })

  routes.post('/customers/actions/set-partners', 'enterprise', setPartners)
}

async function setPartners(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const wanted = await readPartners(ctx, body.needObjects('partner_records', { min: 0, max: 1_000 }))
  const customerId = await customerInBody(call)
  const all = await listPartners(ctx)
  const left = all.filter((partner) => !wanted.some((one) => one.id === partner.id))
  await leavePartners(ctx, { customerId, partnerIds: left.map((partner) => partner.id) })
  return noContent
}

async function partnersOf(ctx: Ctx, customer: Customer): Promise<PartnerRow[]> {
  const left = await partnersLeft(ctx, customer.id)
  return (await listPartners(ctx)).filter((partner) => !left.includes(partner.id))
}

function recordId(ctx: Ctx, partner: PartnerRow, customer: Customer): string {
  return `${partner.row.partner_id}:${idOf(ctx, 'customer', customer.id)}`
}
