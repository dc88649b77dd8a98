import type { FastifyInstance } from 'fastify'
import { ensureDevice, recordEvents, setPushToken } from '../../../core/events/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readInteger, readText } from '../../http/values.ts'
import { authenticate, type Caller, readDid, requireDevice } from '../auth.ts'
import { readSession, requireText, withoutUndefined } from '../decode.ts'
import { success } from '../encode.ts'

/** What became of a message on the way to a person, by the last word of the path. */
const messageEvents = {
  clicked: 'message_clicked',
  opened: 'message_opened',
  delivered: 'message_delivered',
  received: 'message_delivered',
  closed: 'message_closed',
} as const

const storyEvents: Readonly<Record<string, string>> = { view: 'story_viewed', click: 'story_clicked' }

export function trackRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  for (const [word, type] of Object.entries(messageEvents)) {
    app.post(`/track/${word}`, { config: { quiet: true } }, async (request) => {
      const caller = await authenticate(server, request)
      await recordMessage(caller, type)
      return success
    })
  }

  for (const word of ['clicked', 'received'] as const) {
    app.post(`/web_push_subscriptions/${word}`, async (request) => {
      const caller = await authenticate(server, request)
      await recordMessage(caller, messageEvents[word])
      return success
    })
  }

  app.post('/track/stories', async (request) => {
    const caller = await authenticate(server, request)
    const event = readText(caller.params.event) ?? ''
    const type = Object.hasOwn(storyEvents, event) ? storyEvents[event] : undefined
    if (!type) throw new DomainError('request.invalid', { field: 'event' })
    const [story, slide] = ['story_id', 'slide_id'].map((field) => {
      const number = readInteger(caller.params[field], { min: 1 })
      if (number === undefined) throw new DomainError('request.invalid', { field })
      return number
    })
    await record(caller, type, { story, slide, code: readText(caller.params.code)?.slice(0, 255) })
    return success
  })

  app.post('/popup/showed', async (request) => {
    const caller = await authenticate(server, request)
    await record(caller, 'popup_shown', { popup: requireText(caller.params, 'popup') })
    return success
  })

  app.post('/mobile_push_tokens', async (request) => {
    const caller = await authenticate(server, request)
    const token = requireText(caller.params, 'token', 4_096)
    const platform = requireText(caller.params, 'platform', 32)
    const { did } = await requireDevice(caller)
    await setPushToken(caller.ctx, { did, token, platform })
    return success
  })
}

/** Older clients name the message by its link. */
async function recordMessage(caller: Caller, event: string): Promise<void> {
  const { params } = caller
  const url = readText(params.url)?.slice(0, 2_000)
  if (url && params.code === undefined) {
    await record(caller, event, { url })
    return
  }
  await record(caller, event, { message_type: requireText(params, 'type'), code: requireText(params, 'code') })
}

/** A service worker knows no device: such an event is nobody's. */
async function record(caller: Caller, type: string, data: Record<string, unknown>): Promise<void> {
  const did = readDid(caller.params)
  const device = did === undefined ? undefined : await ensureDevice(caller.ctx, { did })
  await recordEvents(caller.ctx, [
    {
      type,
      customerId: device?.customerId ?? null,
      deviceId: device?.id ?? null,
      session: readSession(caller.params) ?? null,
      data: withoutUndefined(data),
    },
  ])
}
