import type { FastifyInstance } from 'fastify'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import {
  listOrganisations,
  listReferenceItems,
  type Organisation,
  type ReferenceItem,
  type ReferenceKind,
} from '../../../core/organisations/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { type ApplicationCall, type ContactCall, withApplication, withContact } from '../auth.ts'
import { decodeBody, decodePaging, decodeText } from '../decode.ts'
import { encodeReference, pageOf, text } from '../encode.ts'

export function platformRoutes(app: FastifyInstance, server: Server): void {
  app.get('/applications', withApplication(server, showApplication))
  app.get('/industries', withContact(server, showItems('industry')))
  app.get('/business_activities', withContact(server, showItems('business_activity')))
  app.get('/organisation_tags', withContact(server, showItems('organisation_tag')))
  app.get('/industry_sectors', withContact(server, showSectors))
}

const showItems = (kind: ReferenceKind) => async (call: ContactCall) => {
  const query = decodeBody(call.request.query)
  const items = await listNamed(call.ctx, kind, decodeText(query, 'name'))
  return pageOf(
    items.map((item) => encodeReference(call.ctx, item)),
    decodePaging(query),
  )
}

/** A sector belongs to the industries whose codes are in its data. */
async function showSectors({ ctx, request }: ContactCall) {
  const query = decodeBody(request.query)
  const industryName = decodeText(query, 'industry_name')?.toLowerCase()
  const industries = await listReferenceItems(ctx, 'industry')
  const rows = (await listNamed(ctx, 'industry_sector', decodeText(query, 'name'))).map((sector) => {
    const codes = Array.isArray(sector.data.industries) ? sector.data.industries : []
    return { sector, related: industries.filter((industry) => codes.includes(industry.code)) }
  })
  const wanted = industryName
    ? rows.filter(({ related }) => related.some((industry) => industry.name.toLowerCase().includes(industryName)))
    : rows
  return pageOf(
    wanted.map(({ sector, related }) => ({
      ...encodeReference(ctx, sector),
      related_industries: related.map((industry) => encodeReference(ctx, industry)),
    })),
    decodePaging(query),
  )
}

async function listNamed(ctx: Ctx, kind: ReferenceKind, name: string | null | undefined): Promise<ReferenceItem[]> {
  const items = await listReferenceItems(ctx, kind)
  return name ? items.filter((item) => item.name.toLowerCase().includes(name.toLowerCase())) : items
}

/** What the application may show and do; without an id the shop's only application. */
async function showApplication({ ctx, request }: ApplicationCall) {
  const query = decodeBody(request.query)
  const asked = decodeText(query, 'app_id') ?? decodeText(query, 'platform_app_id')
  const applications = await listReferenceItems(ctx, 'application')
  const id = asked ? ctx.ids.read('reference', ctx.tenant.id, asked) : undefined
  const application = asked
    ? applications.find((one) => one.id === id || one.code === asked)
    : applications.length === 1
      ? applications[0]
      : undefined
  if (!application) throw new DomainError('reference.not_found', { field: 'app_id', reason: 'does not exist' })
  const { items } = await listOrganisations(ctx, { kind: 'business', page: { limit: 1 } })
  return encodeApplication(ctx, application, items[0])
}

function encodeApplication(ctx: Ctx, application: ReferenceItem, business: Organisation | undefined) {
  const { data } = application
  const group = (name: string, fallback: Readonly<Record<string, unknown>>) =>
    typeof data[name] === 'object' && data[name] !== null ? { ...fallback, ...data[name] } : fallback
  return {
    ...encodeReference(ctx, application),
    description: text(data.description),
    app_type: typeof data.appType === 'string' ? data.appType : 'WEB',
    appearance: group('appearance', { background_color: '#ffffff', card_color: '#f4f4f5', text_font: 'Inter' }),
    about_details: group('aboutDetails', {
      about: { content: business?.description ?? ctx.tenant.name },
      terms_conditions: { content: '' },
      privacy_policy: { content: '' },
      faqs: { content: '' },
      contact_us: encodeContactUs(business),
    }),
    features: {
      billing: false,
      rewards: true,
      ordering: false,
      business_network: true,
      ordering_details: { ordering_pickup: false, ordering_delivery: false },
      rewards_details: {
        automatic_spends: false,
        return_cashback: false,
        customer_selfservice_purchases: true,
        reward_tiering: true,
      },
      business_network_details: { multitenancy: false },
    },
    auth_support: { email_password: true, email_verification: true, sms_otp: true, facebook: false, google: false },
    contact: {
      profile_details: [
        { type: 'BIRTHDATE', is_supported: true },
        { type: 'NAMEDAY', is_supported: true },
        { type: 'GENDER', is_supported: true },
      ],
    },
    creatives: [],
  }
}

function encodeContactUs(business: Organisation | undefined) {
  const phone = business?.phone ? parsePhoneNumberFromString(business.phone) : undefined
  return {
    email_address: text(business?.email),
    phone_country_code: text(phone?.countryCallingCode),
    phone_number: phone?.nationalNumber ?? text(business?.phone),
    website: text(business?.url),
  }
}
