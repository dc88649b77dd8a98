import { verifySocialToken } from '../../core/accounts/index.ts'
import { addIdentity, type Claim, findCustomerByIdentity } from '../../core/customers/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Fields } from './decode.ts'
import { invalidParam } from './errors.ts'

/** Reads `social_network_credentials` and asks the network's keys whose they are; undefined where none were sent. */
export async function readSocialClaim(ctx: Ctx, body: Fields): Promise<Claim | undefined> {
  return body.has('social_network_credentials') ? needSocialClaim(ctx, body) : undefined
}

async function needSocialClaim(ctx: Ctx, body: Fields): Promise<Claim> {
  const credentials = body.needObject('social_network_credentials')
  const network = credentials.needText('social_network_id', { max: 100 })
  const token = credentials.needText('social_network_token', { max: 10_000 })
  if (network !== '' && token !== '') {
    const proved = await verifySocialToken(ctx, { network, token }).catch(refusedBy(credentials))
    if (proved) return { kind: 'social', source: proved.network, value: proved.subject, verified: true }
  }
  return { kind: 'social', source: network, value: '' } // a stand-in: the body is refused
}

function refusedBy(credentials: Fields): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error
    if (error.code === 'reference.not_found') credentials.refuse('social_network_id', 'not_found')
    else credentials.refuse('social_network_token', 'not_allowed_value', 'is not valid or has expired')
  }
}

/** The customer whom the body's credentials lead to. An account that nobody proved to be theirs leads nowhere. */
export async function proveBySocial(ctx: Ctx, body: Fields): Promise<number> {
  const claim = await needSocialClaim(ctx, body)
  body.done()
  const customer = await findCustomerByIdentity(ctx, claim)
  const identity = customer?.identities.find(
    (one) => one.kind === 'social' && one.source === claim.source && one.value === claim.value,
  )
  if (!customer || !identity?.verifiedAt) throw invalidParam('social_network_token', 'not_found')
  return customer.id
}

/** From now on the account leads to the customer. */
export async function linkSocial(ctx: Ctx, customerId: number, claim: Claim | undefined): Promise<void> {
  if (claim) await addIdentity(ctx, { customerId, claim })
}
