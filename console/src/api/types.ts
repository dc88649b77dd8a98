/** The JSON of /api/v1 as the console reads it: snake_case, ids as numbers, amounts in integer minor units, times in ISO 8601. */

import type { Decision, PurchaseDiscount } from './loyalty-types.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Null or absent on the last page. */
  readonly next_cursor?: string | null
  readonly total?: number
}

export interface Session {
  readonly user: { readonly id: number; readonly email: string; readonly name: string; readonly role: StaffRole }
  readonly tenant: Tenant
  readonly csrf_token: string
}

export interface Tenant {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly currency: string
  readonly time_zone: string
  readonly language: string
}

export type StaffRole = 'owner' | 'admin' | 'marketer' | 'cashier' | 'viewer'
export type CustomerState = 'anonymous' | 'identified' | 'merged' | 'erased'

export interface CustomerSummary {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly first_name: string | null
  readonly last_name: string | null
  readonly company_name: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly state: CustomerState
  readonly created_at: string
  readonly points_balance: number
  readonly last_purchase_at: string | null
  readonly purchases_total_minor: number
  readonly purchases_currency: string | null
}

export interface Identity {
  readonly id: number
  readonly kind: 'email' | 'phone' | 'device' | 'card' | 'login' | 'social' | 'external'
  readonly source: string
  readonly value: string
  readonly is_primary: boolean
  readonly verified_at: string | null
}

export type Channel = 'email' | 'sms' | 'web_push' | 'mobile_push'
export type Purpose = 'bulk' | 'chain' | 'transactional'

export interface Subscription {
  readonly channel: Channel
  readonly purpose: Purpose
  readonly subscribed: boolean
  readonly changed_at?: string | null
}

export interface Consent {
  readonly type: string
  readonly given: boolean
  readonly changed_at?: string | null
}

export interface Address {
  readonly id: number
  readonly kind: string
  readonly is_primary: boolean
  readonly line1: string | null
  readonly line2: string | null
  readonly city: string | null
  readonly region?: string | null
  readonly postal_code: string | null
  readonly country: string | null
}

export interface Customer extends CustomerSummary {
  readonly kind?: 'person' | 'company'
  readonly gender?: string | null
  readonly birthday?: string | null
  readonly language?: string | null
  readonly country?: string | null
  readonly identities: readonly Identity[]
  readonly addresses: readonly Address[]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly tier: string | { readonly name: string } | null
  readonly lists: readonly { readonly list_id: number; readonly name: string; readonly state: string }[]
  readonly subscriptions: readonly Subscription[]
  readonly consents: readonly Consent[]
  readonly source_records: readonly {
    readonly source: string
    readonly external_id: string | null
    readonly created_at?: string
  }[]
}

export interface Unit {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly kind: 'points' | 'money' | 'visits' | 'items'
  readonly currency: string | null
  readonly scale: number
}

export interface Balance {
  readonly unit: Unit
  readonly available: number
  readonly pending: number
  readonly held: number
  readonly owed: number
  readonly next_expiry: { readonly amount: number; readonly at: string } | null
}

export interface TimelineItem {
  readonly at: string
  readonly kind: string
  readonly title: string
  readonly detail: string | null
  readonly amount_minor?: number | null
  readonly currency?: string | null
  readonly points?: number | null
  readonly unit?: string | null
  readonly state?: string
  readonly ref_id: number | string | null
}

export interface ConsentChange {
  readonly id: number
  readonly subject: string
  readonly event: string
  readonly source: string
  readonly actor: string
  readonly ip?: string | null
  readonly text_version?: string | null
  readonly created_at: string
}

export type PurchaseKind = 'sale' | 'cancellation' | 'adjustment'

export interface PurchaseSummary {
  readonly id: number
  readonly kind: PurchaseKind
  readonly number: string
  readonly customer: { readonly id: number; readonly name: string } | null
  readonly store: string | { readonly id: number; readonly name: string } | null
  readonly source: string
  readonly state: 'open' | 'completed' | 'partly_cancelled' | 'cancelled'
  readonly currency: string
  readonly total_minor: number | null
  readonly points_earned: number
  readonly occurred_at: string
  readonly possible_twin: boolean
}

export interface PurchaseLine {
  readonly id?: number
  readonly position: number
  readonly code: string
  readonly name: string
  readonly quantity: number
  readonly unit_price: number | string
  readonly total_minor: number
  readonly vat_rate?: number | null
  readonly earns?: boolean
  readonly cancelled_quantity?: number
}

export interface PurchasePayment {
  readonly kind: string
  readonly amount_minor: number
  readonly unit_amount?: number | null
}

export interface PurchaseReport {
  readonly space: string
  readonly number: string
  readonly source: string
  readonly confirmed: boolean
  readonly total_minor: number | null
  readonly occurred_at: string
  readonly created_at?: string
}

export interface PurchaseEffect {
  readonly kind: 'earn' | 'reverse'
  readonly programme?: string | { readonly id: number; readonly name: string } | null
  readonly unit: Pick<Unit, 'code' | 'name' | 'kind' | 'currency' | 'scale'>
  readonly amount: number
  readonly why: unknown
}

export interface Purchase extends PurchaseSummary {
  readonly cancels_id?: number | null
  readonly card_number?: string | null
  readonly till?: string | null
  readonly lines: readonly PurchaseLine[]
  readonly payments: readonly PurchasePayment[]
  readonly reports: readonly PurchaseReport[]
  readonly effects: readonly PurchaseEffect[]
  readonly discounts: readonly PurchaseDiscount[]
  readonly decisions: readonly Decision[]
}

export interface DashboardDay {
  readonly day: string
  readonly sales_minor: number
  readonly purchases: number
  readonly active_customers: number
  readonly new_customers: number
  readonly points_issued: number
  readonly points_spent: number
  readonly points_outstanding: number
}

export type DashboardMetric = Exclude<keyof DashboardDay, 'day'>

export interface Dashboard {
  readonly currency: string
  readonly currencies: readonly string[]
  readonly period: { readonly from: string; readonly to: string }
  readonly previous: { readonly from: string; readonly to: string }
  readonly series: readonly DashboardDay[]
  readonly previous_series: readonly DashboardDay[]
  readonly totals: Readonly<Record<DashboardMetric, number>>
  readonly previous_totals: Readonly<Record<DashboardMetric, number>>
}

export interface Message {
  readonly id: number
  readonly channel: 'email' | 'sms' | 'push'
  readonly to: string
  readonly subject: string | null
  readonly text: string | null
  readonly html: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly state: 'waiting' | 'sent' | 'refused' | 'failed'
  /** Why it was refused or failed. */
  readonly reason: string | null
  readonly customer_id: number | null
  readonly created_at: string
}

export interface AudienceList {
  readonly id: number
  readonly name: string
  readonly description?: string
  readonly locked?: boolean
  readonly active?: number
  readonly inactive?: number
  readonly total?: number
  readonly created_at: string
}

export interface ListMember {
  readonly customer_id: number
  readonly name: string | null
  readonly email: string | null
  readonly state: string
  readonly registered_at: string | null
  readonly confirmed_at?: string | null
  readonly left_at?: string | null
}

export interface ConnectedApi {
  readonly name: string
  readonly base_url: string
  readonly credentials: Readonly<Record<string, unknown>>
  readonly example_curl: string
}

export interface ApiKey {
  readonly id: number
  readonly name: string
  readonly prefix?: string
  readonly key_prefix?: string
  readonly created_at: string
  readonly last_used_at: string | null
  readonly revoked_at: string | null
}

export interface StaffUser {
  readonly id: number
  readonly email: string
  readonly name: string
  readonly role: StaffRole
  readonly state: 'active' | 'disabled'
  readonly last_login_at: string | null
}

export interface AuditEntry {
  readonly id: number
  readonly actor: string
  readonly action: string
  readonly entity: string | null
  readonly entity_id: number | null
  readonly created_at: string
}

export interface Programme {
  readonly id: number
  readonly name: string
  readonly kind: string
  readonly state?: string
  readonly is_default?: boolean
}
