import { findProductsByCodes } from '../../core/catalog/index.ts'
import { getCustomer } from '../../core/customers/index.ts'
import { type Device, findDevice, recordEvents } from '../../core/events/index.ts'
import { type LineInput, recordPurchase } from '../../core/purchases/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { currencyScale, fromMinor, toMinor } from '../../platform/money.ts'
import { readNumber, readText } from '../http/values.ts'
import { type Params, readDid } from './auth.ts'
import { type Item, withoutUndefined } from './decode.ts'
import { identifyPublic, readClaims } from './people.ts'
import { itemEvents, type Scene } from './scene.ts'

/**
 * What a browser tells of an order. It is kept and shown and fills a purchase in, but it's a number space of its own and
 * never confirmed, so that it moves no value: only the till, the shop's server or an import can do that.
 */
export async function trackPurchase(
  ctx: Ctx,
  params: Params,
  items: readonly Item[],
  scene: () => Promise<Scene>,
): Promise<void> {
  const number = readNumberOfOrder(ctx, params)
  const total = readTotal(ctx, params)
  const who = await scene()
  const device = await deviceOf(ctx, params)
  const customer = device
    ? await identifyPublic(ctx, device, readClaims(ctx, params, { strict: false }))
    : await getCustomer(ctx, who.customerId)
  const lines = await linesOf(ctx, items)
  const codes = items.map((item) => ({ productCode: item.id }))
  await transact(ctx, async (ctx) => {
    await recordPurchase(ctx, {
      space: 'rees46-tracking',
      number,
      source: 'tracking',
      confirmed: false,
      // Who is nobody yet would contradict the person that the till or the shop's server names for the same order.
      customerId: customer.state === 'identified' ? customer.id : undefined,
      currency: ctx.tenant.currency,
      totalMinor: total,
      occurredAt: ctx.clock.now(),
      lines,
      channel: readText(params.channel) || undefined,
      data: orderData(params),
      onKnownNumber: 'replay',
    })
    const bought = itemEvents('purchased', items, who, { number }).map((event, index) => ({
      ...event,
      // The page that thanks for an order is opened again.
      key: `purchased:${who.deviceId ?? who.customerId}:${number.slice(0, 150)}:${index}`,
    }))
    await recordEvents(ctx, bought, [{ customerId: who.customerId, kind: 'cart', action: 'remove', items: codes }])
  })
}

async function deviceOf(ctx: Ctx, params: Params): Promise<Device | undefined> {
  const did = readDid(params)
  return did === undefined ? undefined : findDevice(ctx, did)
}

function readNumberOfOrder(ctx: Ctx, params: Params): string {
  const number = readText(params.order_id)?.trim() ?? ''
  if (number.length > 255) throw new DomainError('request.invalid', { field: 'order_id' })
  // Without a number of the shop's own nobody else can tell of the same order.
  return number === '' ? `tracked-${ctx.random.hex(8)}` : number
}

function readTotal(ctx: Ctx, params: Params): number | undefined {
  const price = readNumber(params.order_price)
  return price === undefined || price < 0 ? undefined : toMinor(price, currencyScale(ctx.tenant.currency))
}

/** A product without a price in the event costs what the catalogue says. */
async function linesOf(ctx: Ctx, items: readonly Item[]): Promise<LineInput[]> {
  const products = await findProductsByCodes(
    ctx,
    items.map((item) => item.id),
  )
  return items.map((item) => {
    const product = products.get(item.id)
    const listed = product?.priceMinor ?? null
    const scale = currencyScale(product?.currency ?? ctx.tenant.currency)
    return {
      code: item.id,
      name: product?.name,
      quantity: item.quantity ?? 1,
      unitPrice: item.price ?? (listed === null ? 0 : fromMinor(listed, scale)),
      data: withoutUndefined({ line_id: item.lineId, fashion_size: item.fashionSize }),
    }
  })
}

const orderFields = [
  'order_cash',
  'order_bonuses',
  'order_delivery',
  'order_discount',
  'promocode',
  'delivery_type',
  'delivery_address',
  'payment_type',
  'tax_free',
]

function orderData(params: Params): Record<string, unknown> {
  return Object.fromEntries(
    orderFields.flatMap((field) => {
      const text = readText(params[field])?.slice(0, 1_000)
      return text ? [[field.replace(/^order_/, ''), text]] : []
    }),
  )
}
