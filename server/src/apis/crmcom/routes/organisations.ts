import type { FastifyInstance } from 'fastify'
import {
  getOrganisation,
  listOrganisations,
  listReferenceItems,
  type Organisation,
} from '../../../core/organisations/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { type ContactCall, withContact, withOwnContact } from '../auth.ts'
import { decodeBody, decodePaging, decodeText } from '../decode.ts'
import { encodeNumber, page, pageOf, text, uuid } from '../encode.ts'

export function organisationRoutes(app: FastifyInstance, server: Server): void {
  app.get('/organisations/:id', withContact(server, showOrganisation))
  app.get('/organisations/:id/network', withContact(server, showNetwork))
  app.get('/contacts/:id/organisations', withOwnContact(server, showJoined))
}

async function showOrganisation(call: ContactCall) {
  const organisation = await getNamedOrganisation(call)
  return { content: encodeOrganisationDetails(call.ctx, organisation, await loadNames(call.ctx)) }
}

/** The merchants and venues that stand under the named organisation, at whatever depth. */
async function showNetwork(call: ContactCall) {
  const { ctx, request } = call
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const name = decodeText(query, 'name')?.toLowerCase()
  const organisation = await getNamedOrganisation(call)
  const below = (await listBelow(ctx, organisation.id)).filter((one) => !name || one.name.toLowerCase().includes(name))
  const names = await loadNames(ctx)
  return pageOf(
    below.map((one) => encodeOrganisation(ctx, one, names)),
    paging,
  )
}

const maxStep = 500
const maxNetwork = 20_000

async function listBelow(ctx: Ctx, topId: number): Promise<Organisation[]> {
  const all: Organisation[] = []
  for (let offset = 0; offset < maxNetwork; offset += maxStep) {
    const { items } = await listOrganisations(ctx, { page: { limit: maxStep, offset } })
    all.push(...items)
    if (items.length < maxStep) break
  }
  const parents = new Map(all.map((one) => [one.id as number, one.parentId]))
  const isBelow = (id: number | null): boolean => id !== null && (id === topId || isBelow(parents.get(id) ?? null))
  return all.filter((one) => one.visible && one.state === 'active' && isBelow(one.parentId))
}

const namedKinds = ['industry', 'industry_sector', 'business_activity', 'organisation_tag'] as const

async function loadNames(ctx: Ctx): Promise<Names> {
  const lists = await Promise.all(namedKinds.map((kind) => listReferenceItems(ctx, kind)))
  return new Map(lists.flat().map((item) => [`${item.kind}:${item.code}`, item.name]))
}

/** Everybody who is a customer of the shop has joined its business. */
async function showJoined({ ctx, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const { items, total } = await listOrganisations(ctx, {
    kind: 'business',
    ...textOf(query),
    page: { limit: paging.size, offset: paging.offset },
  })
  const content = items.map((one) => ({ id: uuid(ctx, 'organisation', one.id), name: one.name, creatives: [] }))
  return page(content, paging, total)
}

function textOf(query: Readonly<Record<string, unknown>>) {
  const text = decodeText(query, 'name')
  return text ? { text } : {}
}

function getNamedOrganisation({ ctx, request }: ContactCall): Promise<Organisation> {
  const { id: text = '' } = request.params as { id?: string } // the routes that call this have it
  return getOrganisationByUuid(ctx, text)
}

export async function getOrganisationByUuid(ctx: Ctx, text: string): Promise<Organisation> {
  const id = ctx.ids.read('organisation', ctx.tenant.id, text)
  if (id === undefined) throw new DomainError('organisation.not_found')
  const organisation = await getOrganisation(ctx, id)
  if (!organisation.visible || organisation.state !== 'active') throw new DomainError('organisation.not_found')
  return organisation
}

/** Names of the reference items that organisations carry as codes. */
type Names = ReadonlyMap<string, string>

function encodeOrganisation(ctx: Ctx, organisation: Organisation, known: Names) {
  const { address, attributes } = organisation
  const nameOf = (kind: string, code: unknown) => known.get(`${kind}:${code}`) ?? String(code)
  const names = (kind: string, codes: unknown) =>
    Array.isArray(codes) ? codes.map((code) => ({ name: nameOf(kind, code) })) : []
  return {
    id: uuid(ctx, 'organisation', organisation.id),
    name: organisation.name,
    description: text(organisation.description),
    industry_name: attributes.industry ? nameOf('industry', attributes.industry) : '',
    industry_sectors: names('industry_sector', attributes.sectors),
    business_activities: names('business_activity', attributes.activities),
    tags: names('organisation_tag', attributes.tags),
    locations: [
      {
        name: organisation.name,
        address_line_1: text(address.line1),
        address_line_2: text(address.line2),
        state_province_county: text(address.region),
        town_city: text(address.city),
        postal_code: text(address.postalCode),
        country_code: text(address.country),
        care_of: '',
        lat: organisation.latitude === null ? '' : String(organisation.latitude),
        lon: organisation.longitude === null ? '' : String(organisation.longitude),
        googleplaceid: text(attributes.googlePlaceId),
      },
    ],
    creatives: [],
  }
}

function encodeOrganisationDetails(ctx: Ctx, organisation: Organisation, known: Names) {
  const id = uuid(ctx, 'organisation', organisation.id)
  const contact = (type: string, value: string | null) =>
    value
      ? [
          {
            id,
            name: type.toLowerCase(),
            type,
            value,
            country_code: type === 'PHONE' ? encodeNumber(value).country_code : '',
          },
        ]
      : []
  return {
    ...encodeOrganisation(ctx, organisation, known),
    contact_info: [...contact('EMAIL', organisation.email), ...contact('PHONE', organisation.phone)],
    operation_details: {
      opening_hours: organisation.openingHours.map((hours) => ({
        day_of_week: hours.day,
        open: hours.from,
        close: hours.to,
        operation: 'ANY',
      })),
      short_term_operations: [],
    },
  }
}
