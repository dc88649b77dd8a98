import { type Credential, listCredentials } from '../core/accounts/index.ts'
import { findOrganisationByCode, findReferenceItem } from '../core/organisations/index.ts'
import type { Ctx } from '../platform/ctx.ts'

/** What somebody types into a client to reach this tenant; the names are those of scripts and of `tenant create --json`. */
export interface Connections {
  readonly api: { readonly base_url: string; readonly key?: string }
  readonly cleverreach: {
    readonly base_url: string
    readonly client_id: string
    readonly client_secret: string
    readonly login: string
    readonly password: string
  }
  readonly rees46: { readonly base_url: string; readonly shop_id: string; readonly shop_secret: string }
  readonly crmcom: {
    readonly base_url: string
    readonly api_key: string
    readonly organisation_id: string
    readonly app_id: string
    readonly merchant_id: string
    readonly venue_id: string
  }
  readonly carecloud: {
    readonly base_url: string
    readonly login: string
    readonly password: string
    readonly user_external_application_id: string
    readonly customer_interface: { readonly base_url: string; readonly external_application_id: string }
  }
  readonly classic: {
    readonly base_url: string
    readonly account_id: string
    readonly user_id: string
    readonly user_password: string
  }
}

export interface ConnectionOptions {
  /** Where the server is reached; no trailing slash. */
  readonly publicUrl: string
  /** Known only when it was just made. */
  readonly apiKey?: string
}

/** Reads the tenant's own credentials; with secrets, so only for those who may read credentials. */
export async function describeConnections(ctx: Ctx, options: ConnectionOptions): Promise<Connections> {
  const all = await listCredentials(ctx)
  const base = options.publicUrl
  const pick = (api: string, kind: string, side?: string) =>
    all.find((one) => one.api === api && one.kind === kind && (!side || one.data.interface === side))
  const [client, login] = [pick('cleverreach', 'oauth_client'), pick('cleverreach', 'login')]
  const [shop, application] = [pick('rees46', 'shop'), pick('crmcom', 'application')]
  const [user, cashier] = [pick('carecloud', 'user'), pick('classic', 'user')]
  const carecloud = (side: string) => `${base}/carecloud/webservice/rest-api/${side}-interface/v1.0`
  return {
    api: { base_url: `${base}/api/v1`, ...(options.apiKey ? { key: options.apiKey } : {}) },
    cleverreach: {
      base_url: `${base}/cleverreach`,
      client_id: publicId(client),
      client_secret: secret(client),
      login: publicId(login),
      password: secret(login),
    },
    rees46: { base_url: `${base}/rees46`, shop_id: publicId(shop), shop_secret: secret(shop) },
    crmcom: {
      base_url: `${base}/crmcom/self-service/v1`,
      api_key: publicId(application),
      ...(await crmIds(ctx)),
    },
    carecloud: {
      base_url: carecloud('enterprise'),
      login: publicId(user),
      password: secret(user),
      user_external_application_id: publicId(pick('carecloud', 'external_application', 'enterprise')),
      customer_interface: {
        base_url: carecloud('customer'),
        external_application_id: publicId(pick('carecloud', 'external_application', 'customer')),
      },
    },
    classic: {
      base_url: `${base}/classic`,
      account_id: String(cashier?.data.accountId ?? ''),
      user_id: publicId(cashier),
      user_password: secret(cashier),
    },
  }
}

/** Empty when it was revoked: the page shows that there is none. */
const publicId = (credential: Credential | undefined) => credential?.publicId ?? ''
const secret = (credential: Credential | undefined) => credential?.secret ?? ''

async function crmIds(ctx: Ctx) {
  const { ids, tenant } = ctx
  const application = await findReferenceItem(ctx, { kind: 'application', code: 'app' })
  const organisationId = async (code: string) => {
    const organisation = await findOrganisationByCode(ctx, code)
    return organisation ? ids.uuid('organisation', tenant.id, organisation.id) : ''
  }
  return {
    organisation_id: await organisationId('business'),
    app_id: application ? ids.uuid('reference', tenant.id, application.id) : '',
    merchant_id: await organisationId('merchant'),
    venue_id: await organisationId('main'),
  }
}
