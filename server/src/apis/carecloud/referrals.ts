import { type Customer, findReferrer, relate } from '../../core/customers/index.ts'
import { findReferenceItem, putReferenceItem, type ReferenceItem } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Fields } from './decode.ts'
import { idOf } from './encode.ts'

const code = 'referral'

/** What a new customer is to the one whose code they came with. */
async function findReferralType(ctx: Ctx): Promise<ReferenceItem | undefined> {
  return findReferenceItem(ctx, { kind: 'relation_type', code })
}

/** Reads `referral_code`; one that nobody hands out is a fault of the field. */
export async function readReferrer(ctx: Ctx, body: Fields): Promise<number | undefined> {
  const given = body.text('referral_code', { max: 100 })
  if (given === undefined) return undefined
  const referrer = await findReferrer(ctx, given)
  if (!referrer) body.refuse('referral_code', 'not_found')
  return referrer?.id
}

export async function refer(ctx: Ctx, of: { customerId: number; referrerId: number }): Promise<void> {
  const type =
    (await findReferralType(ctx)) ?? (await putReferenceItem(ctx, { kind: 'relation_type', code, name: 'Referred' }))
  await relate(ctx, { customerId: of.customerId, relatedId: of.referrerId, typeId: type.id, isLeading: false })
}

/** The one code that a customer hands out: their own, without an end. */
export async function referralRows(ctx: Ctx, customer: Customer) {
  const type = await findReferralType(ctx)
  return [
    {
      referral_id: `${code}:${idOf(ctx, 'customer', customer.id)}`,
      code: customer.code,
      customer_id: idOf(ctx, 'customer', customer.id),
      referral_campaign_id: type ? idOf(ctx, 'reference', type.id) : code,
      valid_to: null,
    },
  ]
}
