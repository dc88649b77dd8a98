import { accountIdOf, type Call } from '../auth.ts'
import { glyphOf } from '../campaigns.ts'
import { type Answer, element } from '../encode.ts'

export async function showAccount({ ctx, user }: Call): Promise<Answer> {
  const { tenant } = ctx
  const account = element({
    account_id: accountIdOf(user),
    biz_name: tenant.name,
    account_name: tenant.name,
    biz_country: tenant.country,
    language: tenant.language.toUpperCase(),
    currency: tenant.currency,
    glyph: glyphOf(tenant.currency),
    timezone: tenant.timeZone,
  })
  return { head: { account } }
}

/** For an app of the staff: who signs in with user and key learns the account, and may go on with them. */
export async function signIn({ ctx, user, fields }: Call): Promise<Answer> {
  const account = element({
    account_id: accountIdOf(user),
    account_name: ctx.tenant.name,
    user_id: user.publicId,
    user_api_key: fields.get('user_password') ?? fields.get('user_api_key') ?? null,
  })
  return { head: { account } }
}
