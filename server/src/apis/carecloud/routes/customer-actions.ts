import { attachDevice, ensureDevice, listDevices, setPushToken } from '../../../core/events/index.ts'
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

  routes.post('/customers/actions/set-push-notifications', 'enterprise', setPush)
  routes.post('/customers/actions/cancel-push-notifications', 'enterprise', cancelPush)
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
