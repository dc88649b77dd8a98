import { type Credential, listCredentials } from '../../core/accounts/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { api, applicationKind } from './auth.ts'
import type { Fields } from './decode.ts'

/** The applications that the shop has keys for, of both interfaces. */
export async function listApplications(ctx: Ctx): Promise<Credential[]> {
  return (await listCredentials(ctx, api)).filter((credential) => credential.kind === applicationKind)
}

/** Reads the id of an application; an unknown one is a fault of the field. */
export async function readApplication(ctx: Ctx, body: Fields, name = 'external_application_id'): Promise<string> {
  const publicId = body.needText(name, { max: 200 })
  const known = publicId === '' || (await listApplications(ctx)).some((one) => one.publicId === publicId)
  if (!known) body.refuse(name, 'not_found')
  return publicId
}
