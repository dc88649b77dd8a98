import { findProductsByListCodes, listCodeKey } from '../../core/catalog/index.ts'
import { findCustomerById, findCustomerByIdentity } from '../../core/customers/index.ts'
import { findDefaultUnit } from '../../core/ledger/index.ts'
import { findCardByNumber, findDefaultProgramme } from '../../core/loyalty/index.ts'
import { listReferenceItems } from '../../core/organisations/index.ts'
import type { LineInput, PurchaseReport } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, toMinor } from '../../platform/money.ts'
import type { Call } from './call.ts'
import { currencyOf } from './currencies.ts'
import type { Fields } from './decode.ts'
import { findReachable, isApp } from './people.ts'
import { neededStore } from './routes/stores.ts'

/** The number space of this API's bills. */
export const billSpace = 'carecloud'

/** S: earns, no discounts; A: earns and discounts; C: paid with credit; D: discounts, earns nothing. */
export const paymentTypes = ['S', 'A', 'C', 'D'] as const
export type PaymentType = (typeof paymentTypes)[number]

const maxLines = 5_000

/** What both checkout calls say before their bill: where, at which till, and whose purchase it is. */
export async function readCheckout(call: Call): Promise<{
  storeId: number
  till: string
  customerId: number | undefined
  cardNumber: string | undefined
}> {
  const { ctx, body } = call
  const storeId = await neededStore(ctx, body)
  const till = String(body.needInteger('cashdesk_number', { min: 0, max: 1_000_000_000 }))
  return { storeId, till, ...(await readBuyer(call)) }
}

/** `customer_id`, or the owner of `card_number`, or nobody: an anonymous sale. */
export async function readBuyer(
  call: Call,
): Promise<{ customerId: number | undefined; cardNumber: string | undefined }> {
  const { ctx, body } = call
  // On an app it is the one who is signed in.
  const own = isApp(call) ? call.session.customerId : undefined
  const given = body.id('customer_id', 'customer') ?? (body.has('customer_id') ? undefined : own)
  const customer = given === undefined ? undefined : await findReachable(call, given)
  if (given !== undefined && !customer) body.refuse('customer_id', await whyUnreachable(call, given))
  const cardNumber = body.text('card_number', { max: 100 })
  if (cardNumber === undefined) return { customerId: customer?.id, cardNumber }
  const card = await findCardByNumber(ctx, cardNumber)
  // A number that another way in made lead to a customer is a card, too.
  const owner = await findCustomerByIdentity(ctx, { kind: 'card', value: cardNumber })
  // An app is told nothing about other people's cards, not even that they are there.
  if (isApp(call) && (!owner || owner.id !== own)) body.refuse('card_number', 'not_belong_to_logged_in_customer')
  else if (!card && !owner) body.refuse('card_number', 'not_found')
  else if (card?.state === 'blocked') body.refuse('card_number', 'card_is_blocked')
  else if (customer && owner && owner.id !== customer.id) {
    body.refuse('card_number', 'not_allowed_value', 'belongs to another customer')
  }
  return { customerId: customer?.id ?? owner?.id, cardNumber }
}

async function whyUnreachable(call: Call, id: number): Promise<string> {
  if (isApp(call)) return 'not_belong_to_logged_in_customer'
  return (await findCustomerById(call.ctx, id)) ? 'customer_was_deleted' : 'not_found'
}

/** The part of a report that a bill tells, whether it is a question or a sale. */
export type Bill = Pick<PurchaseReport, 'number' | 'currency' | 'totalMinor' | 'occurredAt' | 'lines' | 'data'>

export async function readBill(ctx: Ctx, bill: Fields, paymentType: PaymentType): Promise<Bill> {
  const number = bill.needText('bill_id', { max: 255 })
  const billNumber = bill.text('bill_number', { max: 255 })
  const createdBy = bill.text('created_by', { max: 255 })
  const occurredAt = bill.needTime('payment_time')
  const currency = currencyOf(bill.needId('currency_id', 'currency'))
  const total = bill.needNumber('total_price')
  // A list that is there and empty is a bill of which only the total is told.
  const items = bill.needObjects('bill_items', { min: 0, max: maxLines })
  const lines = await readLines(ctx, items, { currency, earns: paymentType !== 'D' })
  return {
    number,
    currency,
    totalMinor: toMinor(total, currencyScale(currency)),
    occurredAt,
    lines,
    data: { paymentType, ...(billNumber ? { billNumber } : {}), ...(createdBy ? { createdBy } : {}) },
  }
}

async function readLines(
  ctx: Ctx,
  items: readonly Fields[],
  sale: { currency: string; earns: boolean },
): Promise<LineInput[]> {
  const itemTypes = new Map(
    (await listReferenceItems(ctx, 'purchase_item_type')).map((item) => [item.id as number, item]),
  )
  const codes = items.map((item) =>
    item.needObjects('plu_ids', { max: 100 }).map((plu) => ({
      listCode: plu.needText('list_code', { max: 100 }),
      code: plu.needText('code', { max: 255 }),
    })),
  )
  const known = await findProductsByListCodes(ctx, codes.flat())
  return items.map((item, index) => {
    const itemTypeId = item.needId('purchase_item_type_id', 'reference')
    const itemType = itemTypes.get(itemTypeId)
    if (!itemType && itemTypeId !== 0) item.refuse('purchase_item_type_id', 'not_found')
    const paid = item.needNumber('paid_amount')
    const price = item.needNumber('price')
    if (Math.abs(price) < Math.abs(paid)) item.refuse('bill_item_id', 'item_price_lower_than_paid_amount')
    const quantity = item.needNumber('quantity', { min: -1_000_000, max: 1_000_000 })
    const loyaltyOff = item.needBoolean('loyalty_off')
    const plus = codes[index] ?? []
    const product = plus.map((plu) => known.get(listCodeKey(plu))).find(Boolean)
    return {
      code: product?.code ?? mainCode(plus),
      name: item.needText('plu_name', { max: 500 }),
      quantity,
      unitPrice: unitPrice(paid, quantity),
      totalMinor: toMinor(paid, currencyScale(sale.currency)),
      vatRate: item.needNumber('vat_rate', { min: 0, max: 100 }),
      categoryCode: item.text('category_plu_id', { max: 255 }),
      ...(itemType ? { itemType: itemType.code } : {}),
      earns: sale.earns && !loyaltyOff && itemType?.data.earns !== false,
      discountable: !loyaltyOff && itemType?.data.discounts !== false,
      payable: itemType?.data.payable !== false,
      data: { billItemId: item.needText('bill_item_id', { max: 255 }), pluIds: plus },
    }
  })
}

/** The code of the list that everybody knows, else the first. */
export function mainCode(codes: readonly { listCode: string; code: string }[]): string {
  return (codes.find((plu) => plu.listCode === 'GLOBAL') ?? codes[0])?.code ?? ''
}

function unitPrice(paid: number, quantity: number): number {
  return quantity === 0 ? paid : Math.round((paid / quantity) * 1_000_000) / 1_000_000
}

/** Points and credit as the wire says them, in the smallest parts of their units; fractions of a point buy nothing. */
export async function spendOf(
  ctx: Ctx,
  given: { points: number; credit: number; currency: string },
): Promise<{ points: number; creditMinor: number; pointScale: number }> {
  const programme = await findDefaultProgramme(ctx)
  const points = await findDefaultUnit(ctx, 'points')
  const pointScale = programme && points?.id === programme.unitId ? points.scale : 0
  return {
    points: Math.floor(given.points * 10 ** pointScale + 1e-9),
    creditMinor: toMinor(given.credit, currencyScale(given.currency)),
    pointScale,
  }
}
