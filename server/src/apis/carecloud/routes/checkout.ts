import { balancesAfterCharges, findDefaultProgramme, pointsValue } from '../../../core/loyalty/index.ts'
import { listReferenceItems, type ReferenceItem } from '../../../core/organisations/index.ts'
import {
  type LineInput,
  listPurchases,
  type Purchase,
  type PurchaseReport,
  quotePurchase,
  recordPurchase,
  type ToldBenefit,
} from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale, fromMinor } from '../../../platform/money.ts'
import { cleanJson } from '../../../platform/text.ts'
import { encodeTierDiscount, encodeVouchers, readBenefits } from '../benefits.ts'
import { type Bill, billSpace, type PaymentType, paymentTypes, readBill, readCheckout, spendOf } from '../bill.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { type Answer, created, idOf, ok } from '../encode.ts'
import { benefitReason } from '../errors.ts'

/** The two calls of a till: what would this purchase bring, and: it was paid. */
export function checkoutRoutes(routes: Routes): void {
  routes.post('/purchases/actions/accept-payment', 'both', acceptPayment)
  routes.post('/purchases/actions/send-purchase', 'enterprise', sendPurchase)
}

const noLimits = { min: 0 } as const

/** Changes nothing: the same rules on the same basket as the sale will meet. */
async function acceptPayment(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const checkout = await readCheckout(call)
  const paymentType = body.needChoice('payment_type', paymentTypes)
  const maxPoints = atMost(body, 'max_points')
  const maxCredit = atMost(body, 'max_credit')
  const codes = body.texts('benefit_codes')
  const bill = await readBill(ctx, body.needObject('bill'), paymentType)
  const { customerId } = checkout
  if (maxPoints > 0 && customerId === undefined) body.refuse('max_points', 'customer_cant_pay_by_points')
  if (paymentType === 'C' && customerId === undefined) body.refuse('payment_type', 'customer_cant_pay_by_credits')
  body.done()
  const credit = paymentType === 'C' ? maxCredit : 0
  const { pointScale, ...spend } = await spendOf(ctx, { points: maxPoints, credit, currency: bill.currency })
  const report = { ...reportBase(checkout, paymentType), ...bill, spend }
  const quote = await quotePurchase(ctx, report, { codes, tierDiscount: givesTierDiscount(paymentType) })
  for (const refused of quote.refusedCodes) {
    body.refuse('benefit_codes', benefitReason(refused.reason), `cannot be used: ${refused.code}`)
  }
  body.done()
  const scale = currencyScale(bill.currency)
  const points = (amount: number) => fromMinor(amount, pointScale)
  const { pointsBalance, pointsCost, pointsUsable, pointsEarned } = quote
  return ok({
    recommended_discounts: encodeTierDiscount(quote, bill),
    credit_points: points(pointsUsable),
    price_of_credit_points: fromMinor(quote.pointsUsableMinor, scale),
    credit: fromMinor(quote.creditUsableMinor, scale),
    vouchers: encodeVouchers(quote, bill),
    credit_points_of_this_transaction: points(pointsEarned),
    total_credit_points: points(pointsBalance - pointsCost - pointsUsable + pointsEarned),
    total_credit: fromMinor(quote.creditBalanceMinor - quote.creditUsableMinor + quote.creditEarnedMinor, scale),
    messages: [],
  })
}

/** A number; the vendor's clients of older generations send it as text. */
function atMost(body: Fields, name: string): number {
  const given = body.value(name)
  if (typeof given === 'string' && /^\d{1,11}(\.\d{1,6})?$/.test(given)) return Number(given)
  return body.number(name, noLimits) ?? 0
}

/** A and D give the discount of the customer's status. */
function givesTierDiscount(paymentType: PaymentType): boolean {
  return paymentType === 'A' || paymentType === 'D'
}

function reportBase(
  checkout: Awaited<ReturnType<typeof readCheckout>>,
  paymentType: PaymentType,
): Omit<PurchaseReport, 'number' | 'currency' | 'occurredAt'> {
  return {
    ...checkout,
    space: billSpace,
    source: 'till',
    confirmed: true,
    onKnownNumber: 'refuse',
    ...(paymentType === 'D' ? { earns: false } : {}),
  }
}

/** A sale that was paid, or with `canceled` the undoing of one. A bill id is taken once, however often it is sent. */
async function sendPurchase(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const checkout = await readCheckout(call)
  const wire = body.needObject('bill')
  const paymentType = wire.needChoice('payment_type', paymentTypes)
  const canceled = wire.needBoolean('canceled')
  const type = await readPurchaseType(ctx, wire)
  const recap = readRecap(wire)
  const bill = await readBill(ctx, wire, paymentType)
  const cancelsNumber = canceled ? wire.needText('bill_number', { max: 255 }) : undefined
  const further = readFurther(wire)
  const benefits = readBenefits(wire, bill)
  const spend = await spendOf(ctx, { ...recap, currency: bill.currency })
  const wanted: Wanted = { ...spend, customerId: checkout.customerId, currency: bill.currency }
  if (!canceled && checkout.customerId === undefined) refuseSpend(wire, wanted, nothing)
  if (cancelsNumber) {
    const { customerId } = checkout
    await checkCancelled(call, wire, { number: cancelsNumber, customerId, lines: bill.lines ?? [] })
  }
  body.done()
  const report: PurchaseReport = {
    ...reportBase(checkout, paymentType),
    ...bill,
    ...(canceled ? {} : { lines: await linesAsPaid(ctx, bill, { benefits, ...spend }) }),
    data: { ...bill.data, ...further },
    kind: canceled ? 'cancellation' : 'sale',
    source: type?.code === 'e-commerce' ? 'shop' : 'till',
    ...(type ? { typeCode: type.code } : {}),
    ...(cancelsNumber === undefined ? {} : { cancelsNumber }),
    ...(canceled || benefits.length === 0 ? {} : { benefits }),
    // The till lowers the price itself: what points and credit paid is no longer in the total.
    ...(canceled || spend.points + spend.creditMinor === 0
      ? {}
      : { spend: { points: spend.points, creditMinor: spend.creditMinor, deducted: true } }),
  }
  const { purchaseId } = await recordPurchase(ctx, report).catch(async (error: unknown) => {
    // Only now: that a bill was sent before is said before anything about its payment.
    if (error instanceof DomainError && error.code === 'balance.insufficient') {
      refuseSpend(wire, wanted, await availableFor(ctx, wanted))
      body.done()
    }
    throw error
  })
  return created({ purchase_id: idOf(ctx, 'purchase', purchaseId) })
}

/**
 * What was paid for each item. A till may lower the total alone and leave its items at their full prices: where they add up to
 * the total only with everything that the recap took off, what it took off them is not in them yet.
 */
async function linesAsPaid(
  ctx: Ctx,
  { lines = [], totalMinor }: Bill,
  told: { benefits: readonly ToldBenefit[]; points: number; creditMinor: number },
): Promise<readonly LineInput[]> {
  const off = (some: readonly ToldBenefit[]) => some.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  if (off(told.benefits.filter(({ linePosition }) => linePosition !== undefined)) === 0) return lines
  const programme = told.points > 0 ? await findDefaultProgramme(ctx) : undefined
  const byPoints = programme ? pointsValue(ctx, programme, told.points) : 0
  const full = lines.reduce((sum, line) => sum + (line.totalMinor ?? 0), 0)
  if (full - off(told.benefits) - byPoints - told.creditMinor !== totalMinor) return lines
  const paid = lines.map((line, index) => ({
    ...line,
    totalMinor: (line.totalMinor ?? 0) - off(told.benefits.filter((one) => one.linePosition === index + 1)),
  }))
  return paid.every(({ totalMinor }, index) => totalMinor >= 0 || (lines[index]?.totalMinor ?? 0) < 0) ? paid : lines
}

/**
 * Everything but its number is as it was in the sale: one of somebody else's was not meant, and of one that was taken back in
 * part no more goes back than is left.
 */
async function checkCancelled(
  { ctx, body }: Call,
  bill: Fields,
  told: { number: string; customerId: number | undefined; lines: readonly LineInput[] },
): Promise<void> {
  const { items } = await listPurchases(ctx, { number: told.number, kind: 'sale', limit: 10, withLines: true })
  const isTheirs = ({ customerId }: Purchase) => customerId === told.customerId || customerId === null
  if (told.customerId !== undefined && items.length > 0 && !items.some(isTheirs)) {
    body.refuse(body.has('customer_id') ? 'customer_id' : 'card_number', 'not_allowed_value')
  }
  const [sale] = items
  if (items.length !== 1 || sale?.state !== 'partly_cancelled') return
  const left = new Map<string, number>()
  const count = (code: string, quantity: number) => left.set(code, (left.get(code) ?? 0) + quantity)
  for (const { code, quantity, cancelledQuantity } of sale.lines ?? []) count(code, quantity - cancelledQuantity)
  for (const { code, quantity } of told.lines) count(code, -quantity)
  if ([...left.values()].some((quantity) => quantity < -1e-6)) {
    bill.refuse('bill_items', 'not_allowed_value', 'has more than is left of the sale')
  }
}

async function readPurchaseType(ctx: Ctx, bill: Fields): Promise<ReferenceItem | undefined> {
  const text = bill.needText('purchase_type_id', { max: 100 })
  if (text === '') return undefined
  const types = await listReferenceItems(ctx, 'purchase_type')
  const type = types.find((candidate) => idOf(ctx, 'reference', candidate.id) === text.toLowerCase())
  if (!type) bill.refuse('purchase_type_id', 'not_allowed_value')
  return type
}

function readRecap(bill: Fields): { points: number; credit: number } {
  const recap = bill.object('payment_recap')
  return {
    points: recap?.number('credit_points', noLimits) ?? 0,
    credit: recap?.number('amount_for_credit', noLimits) ?? 0,
  }
}

function readFurther(bill: Fields): Record<string, unknown> {
  const utm = bill.object('utm')
  const properties = bill.objects('property_records', { max: 200 }).map((record) => {
    return [record.needText('property_id', { max: 100 }), cleanJson(record.value('property_value') ?? null)] as const
  })
  const utmData = utm && {
    source: utm.text('utm_source', { max: 500 }),
    medium: utm.text('utm_medium', { max: 500 }),
    campaign: utm.text('utm_campaign', { max: 500 }),
  }
  return {
    ...(utmData ? { utm: utmData } : {}),
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
  }
}

interface Wanted {
  readonly points: number
  readonly creditMinor: number
  readonly currency: string
  readonly customerId: number | undefined
}

type Available = Pick<Wanted, 'points' | 'creditMinor'>

const nothing: Available = { points: 0, creditMinor: 0 }

/** Names the fields that want more than there is. */
function refuseSpend(bill: Fields, wanted: Wanted, available: Available): void {
  const recap = bill.object('payment_recap')
  if (wanted.points > available.points) recap?.refuse('credit_points', 'not_enough_points_for_payment')
  if (wanted.creditMinor > available.creditMinor) bill.refuse('payment_type', 'customer_cant_pay_by_credits')
}

async function availableFor(ctx: Ctx, { customerId, currency }: Wanted): Promise<Available> {
  if (customerId === undefined) return nothing
  const balances = (await balancesAfterCharges(ctx, customerId)).filter(({ unit }) => unit.isDefault)
  const points = balances.find(({ unit }) => unit.kind === 'points')
  const credit = balances.find(({ unit }) => unit.kind === 'money' && unit.currency === currency)
  return { points: points?.available ?? 0, creditMinor: credit?.available ?? 0 }
}
