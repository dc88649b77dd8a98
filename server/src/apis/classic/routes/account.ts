import { getTenantCreatedAt, updateSettings } from '../../../core/accounts/index.ts'
import {
  createOrganisation,
  listOrganisations,
  type Organisation,
  setOrganisationAttributes,
  updateOrganisation,
} from '../../../core/organisations/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { localDay } from '../../http/times.ts'
import { accountIdOf, type Call } from '../auth.ts'
import { glyphOf, listActiveCampaigns } from '../campaigns.ts'
import { decodeCountry } from '../countries.ts'
import { type Fields, findText, refuse } from '../decode.ts'
import { type Answer, type Element, type Entries, element } from '../encode.ts'

export async function showAccount({ ctx, user }: Call): Promise<Answer> {
  const [business, more] = [await findBusiness(ctx), await describeAccount(ctx)]
  return { head: { account: encodeAccount(ctx, { accountId: accountIdOf(user), business, more }) } }
}

/** Since when there is the account, and whether campaigns of it share a balance. */
async function describeAccount(ctx: Ctx): Promise<Entries> {
  const createdAt = await getTenantCreatedAt(ctx)
  const campaigns = await listActiveCampaigns({ ctx, campaigns: undefined })
  const units = campaigns.flatMap(({ kind, unitId }) => (kind === 'points' || kind === 'stored_value' ? [unitId] : []))
  return {
    created: localDay(createdAt, ctx.tenant.timeZone),
    ...(new Set(units).size < units.length ? { coalition: 'Yes' } : {}),
  }
}

function encodeAccount(
  ctx: Ctx,
  of: { accountId: string; business: Organisation | undefined; more: Entries },
): Element {
  const { tenant } = ctx
  const { accountId, business, more } = of
  const attribute = (name: string) => {
    const value = business?.attributes[name]
    return typeof value === 'string' ? value : null
  }
  return element({
    account_id: accountId,
    biz_name: tenant.name,
    account_name: tenant.name,
    biz_address1: business?.address.line1 ?? null,
    biz_address2: business?.address.line2 ?? null,
    biz_city: business?.address.city ?? null,
    biz_state: business?.address.region ?? null,
    biz_zip: business?.address.postalCode ?? null,
    biz_country: business?.address.country ?? tenant.country,
    client_email: business?.email ?? null,
    contact_first_name: attribute('contactFirstName'),
    contact_last_name: attribute('contactLastName'),
    contact_email: attribute('contactEmail'),
    contact_phone: business?.phone ?? null,
    referrer_name: attribute('referrerName'),
    language: tenant.language.toUpperCase(),
    symbol: tenant.currency,
    currency: tenant.currency,
    glyph: glyphOf(tenant.currency),
    timezone: tenant.timeZone,
    ...more,
  })
}

async function findBusiness(ctx: Ctx): Promise<Organisation | undefined> {
  return (await listOrganisations(ctx, { kind: 'business', page: { limit: 1 } })).items[0]
}

/** For an app of the staff: who signs in with user and key learns the account, and may go on with them. */
export async function signIn({ ctx, user, fields }: Call): Promise<Answer> {
  const account = element({
    account_id: accountIdOf(user),
    account_name: ctx.tenant.name,
    user_id: user.publicId,
    // Who came with a password learns the key.
    user_api_key: user.secret ?? fields.get('user_password') ?? fields.get('user_api_key') ?? null,
  })
  return { head: { account } }
}

/** The shop as every way in shows it: its name, language and clock, and its business with address and contact. */
export async function updateAccount({ ctx, user, fields }: Call): Promise<Answer> {
  refuseElsewhere(ctx, fields)
  const settings = decodeSettings(fields)
  const business = decodeBusiness(fields)
  const attributes = decodeAttributes(fields)
  const account = await transact(ctx, async (ctx) => {
    const tenant = Object.keys(settings).length > 0 ? await updateSettings(ctx, settings) : ctx.tenant
    const now = { ...ctx, tenant }
    const before = (await findBusiness(now)) ?? (await makeBusiness(now))
    const address = { ...before.address, ...business.address }
    await updateOrganisation(now, { id: before.id, patch: { ...business, address } })
    const after = await setOrganisationAttributes(now, { id: before.id, values: attributes })
    return encodeAccount(now, { accountId: accountIdOf(user), business: after, more: await describeAccount(now) })
  })
  return { head: { account } }
}

function makeBusiness(ctx: Ctx): Promise<Organisation> {
  return createOrganisation(ctx, { kind: 'business', code: 'business', name: ctx.tenant.name })
}

/** What an account of a reseller had and a shop of its own has not, or what would change the meaning of its books. */
function refuseElsewhere(ctx: Ctx, fields: Fields): void {
  if (fields.has('agency')) refuse('agency', 'is not kept: there is no reseller above an account')
  if (fields.has('account_password')) refuse('account_password', 'is changed in the console')
  const symbol = fields.get('symbol_selector')
  if (symbol !== undefined && symbol.toUpperCase() !== ctx.tenant.currency)
    refuse('symbol_selector', `cannot change: the books are kept in ${ctx.tenant.currency}`)
  const zone = fields.get('timezone_selector')
  if (zone !== undefined && !zone.includes('/')) refuse('timezone_selector', 'must be a name such as Europe/Berlin')
}

function decodeSettings(fields: Fields): { name?: string; language?: string; timeZone?: string } {
  const language = findText(fields, 'language_selector')?.toLowerCase()
  if (language !== undefined && !/^[a-z]{2,3}$/.test(language)) refuse('language_selector', 'must be a code such as EN')
  const timeZone = findText(fields, 'timezone_selector')
  if (timeZone !== undefined && !isTimeZone(timeZone))
    refuse('timezone_selector', 'must be a name such as Europe/Berlin')
  const name = findText(fields, 'biz_name')
  return {
    ...(name === undefined ? {} : { name }),
    ...(language === undefined ? {} : { language }),
    ...(timeZone === undefined ? {} : { timeZone }),
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function decodeBusiness(fields: Fields): {
  name?: string
  email?: string
  phone?: string
  address: Organisation['address']
} {
  const texts = { name: 'biz_name', email: 'client_email', phone: 'contact_phone' } as const
  const country = findText(fields, 'biz_country')
  return {
    ...givenTexts(fields, texts),
    address: {
      ...givenTexts(fields, {
        line1: 'biz_address1',
        line2: 'biz_address2',
        city: 'biz_city',
        region: 'biz_state',
        postalCode: 'biz_zip',
      }),
      ...(country === undefined ? {} : { country: decodeCountry(country, 'biz_country') }),
    },
  }
}

function decodeAttributes(fields: Fields): Record<string, string> {
  return givenTexts(fields, {
    contactFirstName: 'contact_first_name',
    contactLastName: 'contact_last_name',
    contactEmail: 'contact_email',
    referrerName: 'referrer_name',
  })
}

/** The fields that were sent, by the names they have inside. */
function givenTexts(fields: Fields, names: Readonly<Record<string, string>>): Record<string, string> {
  const texts = Object.entries(names).map(([inside, sent]) => [inside, findText(fields, sent)] as const)
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
