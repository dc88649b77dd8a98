import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiProblem, get, keepCsrfToken } from './client.ts'
import type {
  ApiKey,
  AudienceList,
  AuditEntry,
  Balance,
  ConnectedApi,
  ConsentChange,
  Customer,
  CustomerSummary,
  Dashboard,
  ListMember,
  Message,
  Page,
  Programme,
  Purchase,
  PurchaseSummary,
  Session,
  StaffUser,
  Tenant,
  TimelineItem,
  Unit,
} from './types.ts'

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      const session = await get<Session>('/session')
      keepCsrfToken(session.csrf_token)
      return session
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 401) return null
      throw problem
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
})

export interface Days {
  readonly from: string
  readonly to: string
}

export const dashboardQuery = (asked: Days & { readonly currency?: string | undefined }) =>
  queryOptions({
    queryKey: ['dashboard', asked],
    queryFn: ({ signal }) => get<Dashboard>('/reports/dashboard', { query: { ...asked }, signal }),
    placeholderData: keepPreviousData,
  })

const PAGE_SIZE = 40

/** One page after the other by the server's cursor. `after` walks lists, `before` walks histories. */
export function pages<T>(
  key: readonly unknown[],
  path: string,
  query: Record<string, string | undefined>,
  cursor = 'after',
) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(path, { query: { ...query, limit: PAGE_SIZE, [cursor]: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<T>) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export const customersQuery = (text: string) =>
  pages<CustomerSummary>(['customers', text], '/customers', { q: text || undefined })

export const foundCustomersQuery = (text: string, limit: number) =>
  queryOptions({
    queryKey: ['customers', 'found', text, limit],
    queryFn: ({ signal }) => get<Page<CustomerSummary>>('/customers', { query: { q: text, limit }, signal }),
    placeholderData: keepPreviousData,
  })

export const customerQuery = (id: number) =>
  queryOptions({
    queryKey: ['customer', id],
    queryFn: ({ signal }) => get<Customer>(`/customers/${id}`, { signal }),
  })

export const balancesQuery = (id: number) =>
  queryOptions({
    queryKey: ['customer', id, 'balances'],
    queryFn: ({ signal }) => get<{ items: readonly Balance[] }>(`/customers/${id}/balances`, { signal }),
  })

export const timelineQuery = (id: number) =>
  pages<TimelineItem>(['customer', id, 'timeline'], `/customers/${id}/timeline`, {}, 'before')

export const consentHistoryQuery = (id: number) =>
  pages<ConsentChange>(['customer', id, 'consent-history'], `/customers/${id}/consent-history`, {})

export interface PurchaseFilter {
  readonly q?: string
  readonly kind?: string
  readonly from?: string
  readonly to?: string
}

export const purchasesQuery = (filter: PurchaseFilter) =>
  pages<PurchaseSummary>(['purchases', filter], '/purchases', { ...filter })

export const latestPurchasesQuery = (limit: number) =>
  queryOptions({
    queryKey: ['purchases', 'latest', limit],
    queryFn: ({ signal }) => get<Page<PurchaseSummary>>('/purchases', { query: { limit }, signal }),
  })

export const foundPurchasesQuery = (text: string, limit: number) =>
  queryOptions({
    queryKey: ['purchases', 'found', text, limit],
    queryFn: ({ signal }) => get<Page<PurchaseSummary>>('/purchases', { query: { q: text, limit }, signal }),
    placeholderData: keepPreviousData,
  })

export const purchaseQuery = (id: number) =>
  queryOptions({
    queryKey: ['purchase', id],
    queryFn: ({ signal }) => get<Purchase>(`/purchases/${id}`, { signal }),
  })

export const listsQuery = pages<AudienceList>(['lists'], '/lists', {})

export const listQuery = (id: number) =>
  queryOptions({ queryKey: ['list', id], queryFn: ({ signal }) => get<AudienceList>(`/lists/${id}`, { signal }) })

export const listMembersQuery = (id: number) => pages<ListMember>(['list', id, 'members'], `/lists/${id}/members`, {})

export const outboxQuery = (filter: { to?: string; channel?: string }) => ({
  ...pages<Message>(['outbox', filter], '/outbox', filter),
  // The outbox is watched while a flow is tried out elsewhere.
  refetchInterval: 5000,
})

export const connectQuery = queryOptions({
  queryKey: ['connect'],
  queryFn: ({ signal }) => get<{ apis: readonly ConnectedApi[] }>('/connect', { signal }),
})

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => get<Tenant>('/settings', { signal }),
})

export const staffQuery = pages<StaffUser>(['staff'], '/staff', {})
export const apiKeysQuery = pages<ApiKey>(['api-keys'], '/api-keys', {})
export const auditQuery = pages<AuditEntry>(['audit'], '/audit', {})
export const unitsQuery = pages<Unit>(['units'], '/units', {})
export const programmesQuery = pages<Programme>(['programmes'], '/programmes', {})
export const storesQuery = pages<{ id: number; code: string | null; name: string }>(['stores'], '/stores', {})
