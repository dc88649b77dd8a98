import { attachDevice, ensureDevice, listDevices, setPushToken } from '../../../core/events/index.ts'
import { pictureKind, putPicture } from '../../../core/files/index.ts'
import { readApplication } from '../applications.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, idOf, noContent, ok } from '../encode.ts'
import { issueHandOver, takeHandOver } from '../hand-over.ts'
import { customerInBody } from '../people.ts'
import { readDevice } from './tokens.ts'

/** What is done with one customer that the body names. */
export function customerActionRoutes(routes: Routes): void {
  routes.post('/customers/actions/auth-token', 'enterprise', async (call) => {
    const applicationId = await readApplication(call.ctx, call.body)
    const numeric = (call.body.choice('token_type', [1, 2]) ?? 1) === 2
    const customerId = await customerInBody(call)
    return ok(await issueHandOver(call.ctx, { customerId, applicationId, numeric }))
  })

  routes.post('/customers/actions/verify-auth-token', 'enterprise', async (call) =>
    ok({ customer_id: idOf(call.ctx, 'customer', await takeHandOver(call)) }),
  )

  routes.post('/customers/actions/upload-customer-photo', 'both', uploadPhoto)
  routes.post('/customers/actions/set-push-notifications', 'enterprise', setPush)
  routes.post('/customers/actions/cancel-push-notifications', 'enterprise', cancelPush)
}

const maxPhotoText = 2_900_000 // two megabytes as base64 has them
const maxPhotoBytes = 2 * 1024 * 1024

async function uploadPhoto(call: Call): Promise<Answer> {
  const { ctx, body } = call
  // Some clients send what an <img> takes; the picture is what stands behind its comma.
  const data = body.needText('data', { max: maxPhotoText }).replace(/^data:image\/[\w.+-]+;base64,/, '')
  const isBase64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)
  const content = Buffer.from(isBase64 ? data : '', 'base64')
  const isPicture = content.length <= maxPhotoBytes && pictureKind(content) !== undefined
  if (data !== '' && !isPicture) body.refuse('data', 'not_allowed_value', 'must be a PNG or JPEG of at most 2 MB')
  const customerId = await customerInBody(call)
  await putPicture(ctx, { customerId, purpose: 'photo', content })
  return noContent
}

async function setPush(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const device = readDevice(body.needObject('device'))
  await readApplication(ctx, body)
  const pushToken = body.needText('push_token', { max: 2_000 })
  const customerId = await customerInBody(call)
  const platform = device.deviceSystem
  await ensureDevice(ctx, { did: device.deviceId, platform })
  await attachDevice(ctx, { did: device.deviceId, customerId })
  await setPushToken(ctx, { did: device.deviceId, token: pushToken, platform })
  return noContent
}

/** Of the device that has the token, or of all of the customer's devices. */
async function cancelPush(call: Call): Promise<Answer> {
  const { ctx, body } = call
  await readApplication(ctx, body)
  const pushToken = body.text('push_token', { max: 2_000 })
  const customerId = await customerInBody(call)
  for (const device of await listDevices(ctx, customerId)) {
    const isMeant = device.pushToken !== null && (pushToken === undefined || device.pushToken === pushToken)
    if (isMeant) await setPushToken(ctx, { did: device.did, token: null, platform: null })
  }
  return noContent
}
