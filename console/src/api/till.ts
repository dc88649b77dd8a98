import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { get, post } from './client.ts'
import type { Balance, CustomerSummary, Unit } from './types.ts'

/** The till of /api/v1. */
export interface FoundCard {
  readonly number: string
  readonly state: 'active' | 'blocked'
  readonly valid_to: string | null
}

export interface Scan {
  readonly customer: CustomerSummary | null
  readonly card: FoundCard | null
  readonly code: {
    readonly code: string
    readonly name: string
    readonly kind: string
    readonly voucher_state: 'issued' | 'applied' | 'cancelled' | null
    readonly valid_to: string | null
  } | null
  readonly matches: readonly CustomerSummary[]
}

export interface DeskReward {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly points_cost: number
  readonly needs_amount: boolean
}

export interface DeskItem {
  readonly unit_id: number
  readonly name: string
  readonly code: string
  readonly needed: number
  readonly available: number
}

export interface DeskProgramme {
  readonly id: number
  readonly kind: 'points' | 'stored_value' | 'fixed_reward' | 'visits' | 'items'
  readonly name: string
  readonly is_default: boolean
  readonly unit: Unit
  readonly settings: Readonly<Record<string, unknown>>
  readonly available: number
  readonly items: readonly DeskItem[]
  readonly rewards: readonly DeskReward[]
  readonly promotions: readonly { readonly id: number; readonly name: string }[]
}

export interface DeskVoucher {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly value_minor: number | null
  readonly is_gift_card: boolean
  readonly valid_to: string | null
}

export interface Desk {
  readonly customer: CustomerSummary
  readonly birthday: string | null
  readonly tier: { readonly id: number; readonly name: string; readonly discount_percent: number } | null
  readonly cards: readonly FoundCard[]
  readonly programmes: readonly DeskProgramme[]
  readonly balances: readonly Balance[]
  readonly vouchers: readonly DeskVoucher[]
}

export interface TillEntry {
  readonly programme_id: number
  readonly amount_minor?: number
  readonly quantity?: number
  readonly item_unit_id?: number
}

export interface TillTaking {
  readonly programme_id: number
  readonly amount: number
  readonly item_unit_id?: number
}

/** What is asked of a quote, and what is recorded. */
export interface Question {
  readonly customer_id: number
  readonly store_id?: number
  readonly amount_minor?: number
  readonly promotion_id?: number
  readonly automatic: boolean
  readonly codes: readonly string[]
  readonly reward_ids: readonly number[]
  readonly points?: number
  readonly credit_minor?: number
  readonly entries: readonly TillEntry[]
  readonly takings: readonly TillTaking[]
}

export interface Movement {
  readonly name: string
  readonly unit: Unit
  readonly amount: number
}

export interface Terms {
  readonly currency: string
  readonly amount_minor: number
  readonly discounts: readonly { readonly name: string; readonly code: string; readonly amount_minor: number }[]
  readonly payments: readonly { readonly name: string; readonly amount_minor: number; readonly points: number | null }[]
  readonly to_pay_minor: number
  readonly earned: readonly Movement[]
  readonly spent: readonly Movement[]
}

export interface TillRefusal {
  readonly subject: 'code' | 'reward' | 'balance'
  readonly name: string
  readonly reason: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Quote extends Terms {
  readonly refusals: readonly TillRefusal[]
}

export interface Receipt extends Terms {
  readonly key: string
  readonly number: string
  readonly customer: { readonly id: number; readonly name: string; readonly code: string }
  readonly store: { readonly id: number; readonly name: string } | null
  readonly occurred_at: string
  readonly purchase_id: number | null
  readonly joined: boolean
  readonly balances: readonly Balance[]
}

export const findScanned = (text: string) => get<Scan>('/till/scan', { query: { text } })

export const deskQuery = (customerId: number) =>
  queryOptions({
    queryKey: ['customer', customerId, 'desk'],
    queryFn: ({ signal }) => get<Desk>(`/till/customers/${customerId}`, { signal }),
    // Another till may serve the same customer.
    staleTime: 0,
  })

/** `asked` is the question as JSON, so that two that say the same are one. */
export const quoteQuery = (asked: string) =>
  queryOptions({
    queryKey: ['till-quote', asked],
    queryFn: ({ signal }) => post<Quote>('/till/quote', JSON.parse(asked), { signal }),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
    retry: false,
  })

export interface SaleBody extends Question {
  readonly number?: string
  readonly to_pay_minor: number
}

export const recordSale = (sale: { readonly key: string; readonly body: SaleBody }) =>
  post<Receipt>('/till/sales', sale.body, { idempotencyKey: sale.key })

export const undoSale = (sale: Pick<Receipt, 'key' | 'customer'>) =>
  post<{ items: readonly Balance[] }>(
    '/till/sales/undo',
    { key: sale.key, customer_id: sale.customer.id },
    { idempotencyKey: `undo-${sale.key}` },
  )
