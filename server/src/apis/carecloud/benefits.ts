import type { Discount } from '../../core/loyalty/index.ts'
import type { LineInput, Quote, ToldBenefit } from '../../core/purchases/index.ts'
import { currencyScale, fromMinor, toMinor } from '../../platform/money.ts'
import type { Fields } from './decode.ts'
import type { Row } from './encode.ts'

// Benefits as a till sees them: what a quote recommends, and what a receipt says was given.

/** The part of a bill that benefits hang on. */
interface Bill {
  readonly currency: string
  readonly totalMinor?: number
  readonly lines?: readonly LineInput[]
}

function itemIdOf(bill: Bill, position: number): unknown {
  return bill.lines?.[position - 1]?.data?.billItemId ?? null
}

/** One entry for each item that gets cheaper; what is handed over or taken off the whole bill names none, and a gift card pays for all. */
export function encodeVouchers(quote: Quote, bill: Bill): Row[] {
  const rewards = quote.discounts.flatMap((discount) =>
    itemsOf(discount, bill).map((item) => ({ code: discount.code, name: discount.name, ...item })),
  )
  const cards = quote.giftCards.map(({ code, name, amountMinor }) => ({
    code,
    name,
    discount_value: fromMinor(amountMinor, currencyScale(bill.currency)),
    discount_percent: null,
    bill_item_id: null,
  }))
  return [...rewards, ...cards]
}

/** The discount of the customer's status, item by item. */
export function encodeTierDiscount({ tierDiscount }: Quote, bill: Bill): Row[] {
  if (!tierDiscount) return []
  return itemsOf(tierDiscount, bill).map((item) => ({
    discount_code: tierDiscount.code,
    description: tierDiscount.name,
    ...item,
  }))
}

function itemsOf(
  discount: Discount,
  bill: Bill,
): { discount_value: number; discount_percent: number | null; bill_item_id: unknown }[] {
  const scale = currencyScale(bill.currency)
  // Something that is handed over, or taken off a total whose items were not told: it belongs to no item.
  if (discount.lines.length === 0) {
    const { amountMinor } = discount
    return [
      {
        discount_value: fromMinor(amountMinor, scale),
        discount_percent: percentOf(amountMinor, bill.totalMinor),
        bill_item_id: null,
      },
    ]
  }
  return discount.lines.map(({ position, amountMinor }) => ({
    discount_value: fromMinor(amountMinor, scale),
    discount_percent: percentOf(amountMinor, bill.lines?.[position - 1]?.totalMinor),
    bill_item_id: itemIdOf(bill, position),
  }))
}

/** Of the item's price, to two decimals; the value is what counts. */
function percentOf(amountMinor: number, totalMinor: number | undefined): number | null {
  return totalMinor && amountMinor ? Math.round((amountMinor * 10_000) / totalMinor) / 100 : null
}

const maxBenefits = 1_000

/** What `payment_recap` says was given: vouchers, and the discounts of the status. */
export function readBenefits(wire: Fields, bill: Bill): ToldBenefit[] {
  const recap = wire.object('payment_recap')
  if (!recap) return []
  const scale = currencyScale(bill.currency)
  const told = (entry: Fields, codeField: string): ToldBenefit => {
    const itemId = entry.text('bill_item_id', { max: 255 })
    const position = bill.lines?.findIndex((line) => line.data?.billItemId === itemId) ?? -1
    return {
      code: entry.needText(codeField, { max: 255 }),
      amountMinor: Math.abs(toMinor(entry.number('discount_value') ?? 0, scale)),
      ...(position < 0 ? {} : { linePosition: position + 1 }),
    }
  }
  return [
    ...recap.objects('vouchers', { max: maxBenefits }).map((entry) => told(entry, 'code')),
    ...recap
      .objects('recommended_discounts', { max: maxBenefits })
      .map((entry) => ({ ...told(entry, 'discount_code'), ofTier: true })),
  ]
}
