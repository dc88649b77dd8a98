import { expect, test } from 'vitest'
import { mergeCustomers, undoMerge } from '../../src/core/merging/index.ts'
import { eraseCustomer } from '../../src/core/privacy/index.ts'
import { qrPicture } from '../../src/platform/pictures/index.ts'
import { testApp } from '../app.ts'
import { addCustomer, openShop, placesOf } from './carecloud-client.ts'

const { app, server, config } = await testApp()
const { ctx, till } = await openShop(app, server)
const places = await placesOf(till)
const png = qrPicture('a photo') ?? Buffer.alloc(0)
const upload = (customer_id: string, data: string) =>
  till.post('/customers/actions/upload-customer-photo', { customer_id, data })
const photoOf = async (customer: string): Promise<string | null> =>
  (await till.get(`/customers/${customer}`)).body.data.personal_information.photo_url
const look = (url: string | null) => app.inject({ url: String(url).replace(config.publicUrl, '') })
const idOf = (customer: string) => ctx.ids.read('customer', ctx.tenant.id, customer) ?? 0

test('a photo is kept and shown, replaced, moved by a merge and gone with the person', async () => {
  const [one, other] = [await addCustomer(till, places), await addCustomer(till, places)]
  expect(await photoOf(one)).toBeNull()
  expect((await upload(one, png.toString('base64'))).status).toBe(204)
  const first = await photoOf(one)
  const shown = await look(first)
  expect(shown.headers['content-type']).toBe('image/png')
  expect(shown.rawPayload.equals(png)).toBe(true)
  expect((await upload(one, `data:image/png;base64,${png.toString('base64')}`)).status).toBe(204)
  expect((await look(first)).statusCode).toBe(404)
  const merge = await mergeCustomers(ctx, { fromId: idOf(one), intoId: idOf(other), reason: 'test' })
  const second = await photoOf(other)
  expect((await look(second)).statusCode).toBe(200)
  await undoMerge(ctx, merge)
  expect([await photoOf(one), await photoOf(other)]).toEqual([second, null])
  await eraseCustomer(ctx, idOf(one))
  expect((await look(second)).statusCode).toBe(404)
})

test.each([
  ['text', 'bm90IGEgcGljdHVyZQ=='],
  ['no base64', '%%%'],
  ['nothing', ''],
  ['too much', Buffer.concat([png, Buffer.alloc(2 * 1024 * 1024)]).toString('base64')],
])('a photo of %s is refused', async (_, data) => {
  const { status, body } = await upload(await addCustomer(till, places), data)
  expect(status).toBe(400)
  expect(body.error.error_data.invalid_params).toMatchObject([{ name: 'data' }])
})

test('a card is drawn as bars and as a QR code; a wallet’s pass is not made', async () => {
  const card = (await till.get('/cards?count=1')).body.data.cards[0]
  const draw = (file_type: string) =>
    till.post('/cards/actions/generate-digital-card-file', { card_id: card.card_id, file_type })
  for (const type of ['png', 'qr-png']) {
    const { body } = await draw(type)
    const shown = await look(body.data.file_url)
    expect(shown.headers['content-type'], type).toBe('image/png')
    expect(shown.rawPayload.subarray(1, 4).toString()).toBe('PNG')
  }
  expect((await look(`/files/${ctx.tenant.slug}/${'0'.repeat(32)}.png`)).statusCode).toBe(404)
  expect((await look(`/files/nobody/${'0'.repeat(32)}`)).statusCode).toBe(404)
  const { body } = await draw('wallet')
  expect(body.error.error_data.invalid_params).toMatchObject([{ name: 'file_type', reason: 'not_allowed_value' }])
})
