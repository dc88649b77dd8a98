import type { Minor } from '../../platform/money.ts'
import type { ChangeCursor } from '../../platform/outbox.ts'
import type { PostingKind, Unit } from '../ledger/index.ts'

/** One day of the shop, in its time zone. Sales are what was told with a secret; what only tracking told stands apart. */
export interface DayFigures {
  /** YYYY-MM-DD */
  readonly day: string
  readonly salesCount: number
  readonly salesMinor: Minor
  /** Taken back that day, as a positive amount. */
  readonly cancelledCount: number
  readonly cancelledMinor: Minor
  /** Sales that only a browser has told of so far. */
  readonly trackedCount: number
  readonly trackedMinor: Minor
  /** Customers who bought that day. */
  readonly activeCustomers: number
  readonly newCustomers: number
  /** In minor units of the point type, less what was reversed that day. */
  readonly pointsIssued: Minor
  readonly pointsSpent: Minor
  readonly pointsExpired: Minor
  /** What all customers together hold at the end of the day. */
  readonly pointsOutstanding: Minor
}

export interface PeriodFigures {
  /** First day, and the day after the last. */
  readonly from: string
  readonly to: string
  readonly days: readonly DayFigures[]
  /** Sums; `activeCustomers` counts each customer once, `pointsOutstanding` is that of the last day. */
  readonly totals: Omit<DayFigures, 'day'>
}

export interface Dashboard {
  readonly timeZone: string
  readonly currency: string
  /** The currencies of the latest purchases, the most used first. */
  readonly currencies: readonly string[]
  readonly unit: Unit | null
  readonly current: PeriodFigures
  /** As many days right before. */
  readonly previous: PeriodFigures
}

export interface DashboardQuery {
  /** YYYY-MM-DD, half-open. At most 1,100 days. */
  readonly from: string
  readonly to: string
  /** IANA name; the tenant's when absent. */
  readonly timeZone?: string
  /** The tenant's when absent, unless it has no purchases in these periods and another has. */
  readonly currency?: string
}

/** What a list shows of a customer: available points, and purchases in one currency. */
export interface CustomerFigures {
  readonly points: Minor
  readonly lastPurchaseAt: Date | null
  /** Sales less cancellations. */
  readonly purchasesMinor: Minor
  /** The tenant's if they bought in it, else the one they bought in most often. */
  readonly purchasesCurrency: string | null
}

export type TimelineKind = 'purchase' | 'points' | 'event' | 'message' | 'consent'

interface EntryBase {
  readonly at: Date
  readonly id: number
  /** Continues after this entry. */
  readonly cursor: string
}

export type TimelineEntry =
  | (EntryBase & {
      readonly kind: 'purchase'
      readonly purchaseKind: string
      readonly number: string
      readonly state: string
      readonly source: string
      readonly confirmed: boolean
      readonly currency: string
      readonly totalMinor: Minor | null
      readonly storeName: string | null
      readonly lineCount: number
    })
  | (EntryBase & {
      readonly kind: 'points'
      readonly postingKind: string
      /** What it changed for the customer, signed. */
      readonly amount: Minor
      readonly unitName: string
      readonly unitScale: number
      readonly unitCurrency: string | null
      readonly purchaseId: number | null
      readonly note: string | null
    })
  | (EntryBase & {
      readonly kind: 'event'
      readonly type: string
      readonly productCode: string | null
      readonly productName: string | null
      readonly quantity: number | null
      readonly data: Readonly<Record<string, unknown>>
    })
  | (EntryBase & {
      readonly kind: 'message'
      readonly channel: string
      readonly purpose: string
      readonly to: string
      readonly subject: string | null
      readonly state: string
    })
  | (EntryBase & {
      readonly kind: 'consent'
      readonly subject: string
      readonly event: string
      readonly source: string
      readonly actor: string
    })

export interface TimelineQuery {
  readonly customerId: number
  /** The cursor of the last entry seen. */
  readonly before?: string
  readonly limit: number
  readonly kinds?: readonly TimelineKind[]
}

/** A customer on one row, for lists that go out. */
export interface CustomerSheet {
  readonly id: number
  readonly code: string
  /** A code that another system gave, shown in place of ours. */
  readonly givenCode: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly companyName: string | null
  /** YYYY-MM-DD */
  readonly birthday: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly login: string | null
  readonly cardNumber: string | null
  readonly line1: string | null
  readonly line2: string | null
  readonly city: string | null
  readonly region: string | null
  readonly postalCode: string | null
  readonly country: string | null
  readonly hasPassword: boolean
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Who had postings in some programmes, in [from, to). */
export interface Activity {
  readonly programmeIds: readonly number[]
  readonly from?: Date
  readonly to?: Date
  /** So many of them at least; one unless told. */
  readonly atLeast?: number
  /** None came before the range. */
  readonly isFirst?: boolean
  /** None came from this moment on. */
  readonly noneSince?: Date
  /** Only what was given counts, not what was spent. */
  readonly withoutSpending?: boolean
}

export interface SheetQuery {
  readonly after: number
  readonly limit: number
  readonly activeIn?: Activity
}

/** A posting on one row with what it belongs to, for lists that go out. `amount` is signed from the customer's side. */
export interface PostingSheet {
  readonly id: number
  /** joined: made a member, which moves nothing. */
  readonly kind: PostingKind | 'joined'
  readonly customerId: number
  readonly programmeId: number
  readonly unitId: number
  readonly amount: Minor
  readonly note: string | null
  readonly data: Readonly<Record<string, unknown>> | null
  readonly actor: string
  readonly occurredAt: Date
  readonly purchaseNumber: string | null
  readonly purchaseData: Readonly<Record<string, unknown>> | null
  readonly purchaseTotalMinor: Minor | null
  readonly purchaseCurrency: string | null
}

export interface PostingQuery {
  readonly programmeIds: readonly number[]
  readonly from?: Date
  readonly to?: Date
  readonly after: number
  readonly limit: number
  readonly onlySpending?: boolean
  /** Only what one of these entered; an actor is `via:kind:id`. */
  readonly actors?: readonly string[]
  /** Also who was made a member, in the order of numbers. */
  readonly withMembers?: boolean
}

/** What a programme gave (less what was taken back) and what was spent, as positive amounts. */
export interface ProgrammeTotals {
  readonly programmeId: number
  readonly given: Minor
  readonly spent: Minor
}

export interface ChangedCustomer {
  readonly cursor: ChangeCursor
  readonly customerId: number
}
