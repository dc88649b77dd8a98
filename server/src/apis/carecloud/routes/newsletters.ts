import {
  addSourceRecord,
  findEmail,
  findPhone,
  identify,
  leavePartners,
  partnersLeft,
} from '../../../core/customers/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import { readConsents, writeConsents } from '../consents.ts'
import { type Answer, noContent } from '../encode.ts'
import { internationalPhone } from '../passwords.ts'
import { readSource } from '../sources.ts'
import { listPartners, type PartnerRow, readPartners } from './partners.ts'

/** Not for apps: a device's word is no consent of whoever an address belongs to. */
export function newsletterRoutes(routes: Routes): void {
  routes.post('/customers/actions/newsletters-sign-up', 'enterprise', signUp)
}

/** Signs an address up, making a customer of it where there is none. */
async function signUp(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const contact = body.needText('contact', { max: 254 })
  const source = await readSource(ctx, body)
  const language = body.text('language_id', { pattern: /^[a-z]{2}$/ })
  const consents = readConsents(body, 'agreements')
  const partners = await readPartners(ctx, body.objects('partner_records', { max: 1_000 }))
  const kind = contact.includes('@') ? 'email' : 'phone'
  const value = kind === 'phone' ? findPhone(internationalPhone(contact), ctx.tenant.country) : findEmail(contact)
  if (contact !== '' && value === undefined) body.refuse('contact', 'invalid_value_format')
  body.done()
  await transact(ctx, async (ctx) => {
    const { customer, created } = await identify(ctx, {
      claims: [{ kind, value: value ?? '' }],
      policy: 'attach',
      create: { source: source.code, language: language ?? ctx.tenant.language },
    })
    await addSourceRecord(ctx, { customerId: customer.id, source: source.code, externalId: null })
    await writeConsents(ctx, customer.id, consents)
    if (partners.length > 0) await belongTo(ctx, { customerId: customer.id, partners, isNew: created })
  })
  return noContent
}

/** A new customer belongs to these partners alone; one who was there to these, too. */
async function belongTo(
  ctx: Ctx,
  { customerId, partners, isNew }: { customerId: number; partners: readonly PartnerRow[]; isNew: boolean },
): Promise<void> {
  const before = isNew ? (await listPartners(ctx)).map(({ id }) => id) : await partnersLeft(ctx, customerId)
  const left = before.filter((id) => !partners.some((partner) => partner.id === id))
  await leavePartners(ctx, { customerId, partnerIds: left })
}
