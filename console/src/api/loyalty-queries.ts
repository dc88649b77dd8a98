import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import type {
  Choice,
  CodePool,
  GiftCard,
  Product,
  Replay,
  Reward,
  Rule,
  Tier,
  TierStanding,
  Voucher,
} from './loyalty-types.ts'
import { pages } from './queries.ts'
import type { Page, Unit } from './types.ts'

export const rulesQuery = (filter: { q?: string; state?: string }) =>
  pages<Rule>(['rules', filter], '/earning-rules', filter)

export const ruleQuery = (id: number) =>
  queryOptions({ queryKey: ['rule', id], queryFn: ({ signal }) => get<Rule>(`/earning-rules/${id}`, { signal }) })

const replayPauseMs = 400

/** Asked again until it has ended. */
export const replayQuery = (id: number) =>
  queryOptions({
    queryKey: ['replay', id],
    queryFn: ({ signal }) => get<Replay>(`/loyalty/replays/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data) ? replayPauseMs : false),
  })

export const isOpen = ({ state }: Pick<Replay, 'state'>) => state === 'waiting' || state === 'running'

export const rewardsQuery = (filter: { q?: string; state?: string }) =>
  pages<Reward>(['rewards', filter], '/rewards', filter)

export const rewardQuery = (id: number) =>
  queryOptions({ queryKey: ['reward', id], queryFn: ({ signal }) => get<Reward>(`/rewards/${id}`, { signal }) })

export const vouchersQuery = (filter: { reward_id?: string; customer_id?: string }) =>
  pages<Voucher>(['vouchers', filter], '/vouchers', filter)

/** For choices and names; who has more of them than this finds the rest by searching. */
const manyAtOnce = 200

/** All of a short list. They change rarely and are asked for on many pages. */
function all<T>(key: string, path: string, query: Record<string, string | number> = {}) {
  return queryOptions({
    queryKey: ['all', key, query],
    queryFn: async ({ signal }) => (await get<Page<T>>(path, { query, signal })).items,
    staleTime: 30_000,
  })
}

export const tiersQuery = all<Tier>('tiers', '/tiers')
export const segmentsQuery = all<Choice>('segments', '/segments')
export const allStoresQuery = all<Choice>('stores', '/stores')
export const allUnitsQuery = all<Unit & { readonly is_default: boolean }>('units', '/units')
export const codePoolsQuery = all<CodePool>('code-pools', '/code-pools')
export const categoriesQuery = all<Choice>('categories', '/categories', { limit: manyAtOnce })
export const brandsQuery = all<Choice>('brands', '/brands', { limit: manyAtOnce })

export const foundProductsQuery = (text: string) =>
  queryOptions({
    queryKey: ['products', 'found', text],
    queryFn: async ({ signal }) =>
      (await get<Page<Product>>('/products', { query: { q: text, limit: 20 }, signal })).items,
    placeholderData: keepPreviousData,
  })

export const foundCategoriesQuery = (text: string) =>
  queryOptions({
    queryKey: ['categories', 'found', text],
    queryFn: async ({ signal }) =>
      (await get<Page<Choice>>('/categories', { query: { q: text, limit: 30 }, signal })).items,
    placeholderData: keepPreviousData,
  })

export const standingQuery = (customerId: number) =>
  queryOptions({
    queryKey: ['customer', customerId, 'tier'],
    queryFn: ({ signal }) => get<TierStanding>(`/customers/${customerId}/tier`, { signal }),
  })

export const giftCardQuery = (code: string) =>
  queryOptions({
    queryKey: ['gift-card', code],
    queryFn: ({ signal }) => get<GiftCard>(`/gift-cards/${encodeURIComponent(code)}`, { signal }),
  })
