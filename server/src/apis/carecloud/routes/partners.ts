import { listReferenceItems, type ReferenceItem } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { idOf, ok, pageOf, stateOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { recordRows } from '../properties.ts'

/** The shop itself is the first partner, and the one whose points and credit there are; others may stand beside it. */
export function partnerRoutes(routes: Routes): void {
  routes.get('/partners', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('partners'))
    query.done()
    const rows = (await listPartners(ctx)).map(({ row }) => row)
    return pageOf('partners', rows, page)
  })

  routes.get('/partners/:partner_id', 'both', async (call) => ok((await partnerInPath(call)).row))

  routes.get('/partners/:partner_id/property-records', 'both', async (call) => {
    const { ctx } = call
    const { row, item } = await partnerInPath(call)
    const values = (item?.data.properties ?? {}) as Record<string, unknown> // a partner's properties are an object
    const owner = { id: row.partner_id, values, changedAt: item?.updatedAt ?? ctx.clock.now() }
    const rows = item ? recordRows(ctx, await listReferenceItems(ctx, 'partner_property'), owner) : []
    return ok({ property_records: rows, total_items: rows.length })
  })
}

export interface PartnerRow {
  readonly id: number
  readonly row: ReturnType<typeof shopRow>
  /** Undefined for the shop itself. */
  readonly item: ReferenceItem | undefined
}

export async function listPartners(ctx: Ctx): Promise<PartnerRow[]> {
  const shop: PartnerRow = { id: ctx.tenant.id, row: shopRow(ctx), item: undefined }
  // The one that is called the default is the shop's own programme.
  const others = (await listReferenceItems(ctx, 'partner')).filter((item) => item.data.isDefault !== true)
  return [shop, ...others.map((item) => ({ id: item.id, row: itemRow(ctx, item), item }))]
}

async function partnerInPath(call: Call): Promise<PartnerRow> {
  const partner = (await listPartners(call.ctx)).find(({ row }) => row.partner_id === call.params.partner_id)
  if (!partner) throw notFound('partners', call.params.partner_id ?? '')
  return partner
}

export function partnerId(ctx: Ctx): string {
  return idOf(ctx, 'tenant', ctx.tenant.id)
}

/** Reads `partner_id` where value or the shop's own records are meant: one that is not the shop is not found. */
export function readPartner(ctx: Ctx, body: Fields, options: { required: boolean }): void {
  const given = options.required ? body.needText('partner_id') : body.text('partner_id')
  if (given && given !== partnerId(ctx)) body.refuse('partner_id', 'not_found')
}

function shopRow(ctx: Ctx) {
  return { ...emptyRow, partner_id: partnerId(ctx), name: ctx.tenant.name }
}

function itemRow(ctx: Ctx, item: ReferenceItem) {
  const text = (name: string) => (typeof item.data[name] === 'string' ? item.data[name] : null)
  return {
    ...emptyRow,
    partner_id: idOf(ctx, 'reference', item.id),
    name: item.name,
    registration_id: text('registrationId'),
    vat_id: text('vatId'),
    email: text('email'),
    phone: text('phone'),
    state: stateOf(item.state),
  }
}

const emptyRow = {
  partner_id: '',
  name: '',
  address: null,
  registration_id: null as string | null,
  vat_id: null as string | null,
  email: null as string | null,
  phone: null as string | null,
  state: 1 as 0 | 1 | 2,
}

/** The partners that records name; an unknown one is a fault of its record. */
export async function readPartners(ctx: Ctx, records: readonly Fields[]): Promise<PartnerRow[]> {
  const all = await listPartners(ctx)
  return records.flatMap((record) => {
    const given = record.needText('partner_id', { max: 100 })
    const partner = all.find((one) => one.row.partner_id === given)
    if (!partner && given !== '') record.refuse('partner_id', 'not_found')
    return partner ? [partner] : []
  })
}
