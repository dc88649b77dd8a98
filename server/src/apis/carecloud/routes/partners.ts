import type { Ctx } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { idOf, ok, pageOf } from '../encode.ts'
import { notFound } from '../errors.ts'

/** A project of the vendor may hold several partners; here the shop itself is the one that there is. */
export function partnerRoutes(routes: Routes): void {
  routes.get('/partners', 'both', async ({ ctx, query }) => {
    const page = query.page(['partner_id', 'name', 'state'])
    query.done()
    return pageOf('partners', [partnerRow(ctx)], page)
  })

  routes.get('/partners/:partner_id', 'both', async (call) => {
    if (call.params.partner_id !== partnerId(call.ctx)) throw notFound('partners', call.params.partner_id ?? '')
    return ok(partnerRow(call.ctx))
  })

  routes.get('/partners/:partner_id/property-records', 'both', async (call: Call) => {
    if (call.params.partner_id !== partnerId(call.ctx)) throw notFound('partners', call.params.partner_id ?? '')
    return ok({ property_records: [], total_items: 0 })
  })
}

export function partnerId(ctx: Ctx): string {
  return idOf(ctx, 'tenant', ctx.tenant.id)
}

/** Reads `partner_id` of a body; one that is not the shop is not found. */
export function readPartner(ctx: Ctx, body: Fields, options: { required: boolean }): void {
  const given = options.required ? body.needText('partner_id') : body.text('partner_id')
  if (given && given !== partnerId(ctx)) body.refuse('partner_id', 'not_found')
}

function partnerRow(ctx: Ctx) {
  return {
    partner_id: partnerId(ctx),
    name: ctx.tenant.name,
    address: null,
    registration_id: null,
    vat_id: null,
    email: null,
    phone: null,
    state: 1,
  }
}
