import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { type Days, type PurchaseFilter, sessionQuery } from '../api/queries.ts'
import { NotFound } from '../components/not-found.tsx'
import { PageFailed, PageLoading } from '../components/states.tsx'
import { Shell } from './shell.tsx'

interface RouterContext {
  readonly queryClient: QueryClient
}

const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet })

/** What stands in an address is text: a search for 12680 is not a number, and one for 0123 keeps its nought. */
const parseSearch = (address: string): Record<string, unknown> => Object.fromEntries(new URLSearchParams(address))

function stringifySearch(search: Record<string, unknown>): string {
  const said = Object.entries(search).filter(([, value]) => value !== undefined && value !== null)
  const address = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString()
  return address === '' ? '' : `?${address}`
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const whole = (value: unknown): number | undefined =>
  Number.isInteger(Number(value)) && value ? Number(value) : undefined

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } => ({ to: text(search.to) }),
  component: lazyRouteComponent(() => import('../pages/sign-in/page.tsx'), 'SignInPage'),
})

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/sign-in', search: { to: location.href === '/' ? undefined : location.href } })
    return { session }
  },
  component: Shell,
})

const dashboardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  validateSearch: (search: Record<string, unknown>): Partial<Days> & { currency?: string } => ({
    from: text(search.from),
    to: text(search.to),
    currency: text(search.currency),
  }),
  component: lazyRouteComponent(() => import('../pages/dashboard/page.tsx'), 'DashboardPage'),
})

const cashierRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/cashier',
  component: lazyRouteComponent(() => import('../pages/cashier/page.tsx'), 'CashierPage'),
})

const customersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/customers',
  validateSearch: (search: Record<string, unknown>): { q?: string; create?: boolean } => ({
    q: text(search.q),
    create: String(search.create) === 'true' || undefined,
  }),
  component: lazyRouteComponent(() => import('../pages/customers/page.tsx'), 'CustomersPage'),
})

const customerRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/customers/$customerId',
  component: lazyRouteComponent(() => import('../pages/customer/page.tsx'), 'CustomerPage'),
})

const purchasesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/purchases',
  validateSearch: (search: Record<string, unknown>): PurchaseFilter & { open?: number } => ({
    q: text(search.q),
    kind: text(search.kind),
    from: text(search.from),
    to: text(search.to),
    open: whole(search.open),
  }),
  component: lazyRouteComponent(() => import('../pages/purchases/page.tsx'), 'PurchasesPage'),
})

const listsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/lists',
  component: lazyRouteComponent(() => import('../pages/lists/page.tsx'), 'ListsPage'),
})

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/lists/$listId',
  component: lazyRouteComponent(() => import('../pages/lists/list-page.tsx'), 'ListPage'),
})

const rulesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/rules',
  validateSearch: (search: Record<string, unknown>): { q?: string; state?: string } => ({
    q: text(search.q),
    state: text(search.state),
  }),
  component: lazyRouteComponent(() => import('../pages/loyalty/rules-page.tsx'), 'RulesPage'),
})

/** A replay is part of the address, so that it is still there when the page is loaded anew. */
const replayed = (search: Record<string, unknown>): { replay?: number } => ({ replay: whole(search.replay) })

const newRuleRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/rules/new',
  validateSearch: replayed,
  component: lazyRouteComponent(() => import('../pages/loyalty/rule-page.tsx'), 'NewRulePage'),
})

const ruleRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/rules/$ruleId',
  validateSearch: replayed,
  component: lazyRouteComponent(() => import('../pages/loyalty/rule-page.tsx'), 'RulePage'),
})

const rewardsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/rewards',
  validateSearch: (search: Record<string, unknown>): { q?: string; state?: string } => ({
    q: text(search.q),
    state: text(search.state),
  }),
  component: lazyRouteComponent(() => import('../pages/loyalty/rewards-page.tsx'), 'RewardsPage'),
})

const newRewardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/rewards/new',
  component: lazyRouteComponent(() => import('../pages/loyalty/reward-page.tsx'), 'NewRewardPage'),
})

const rewardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/rewards/$rewardId',
  component: lazyRouteComponent(() => import('../pages/loyalty/reward-page.tsx'), 'RewardPage'),
})

const tiersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/tiers',
  component: lazyRouteComponent(() => import('../pages/loyalty/tiers-page.tsx'), 'TiersPage'),
})

const simulatorRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/loyalty/simulator',
  component: lazyRouteComponent(() => import('../pages/loyalty/simulator-page.tsx'), 'SimulatorPage'),
})

const outboxRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/outbox',
  validateSearch: (search: Record<string, unknown>): { to?: string; channel?: string; message?: number } => ({
    to: text(search.to),
    channel: text(search.channel),
    message: whole(search.message),
  }),
  component: lazyRouteComponent(() => import('../pages/outbox/page.tsx'), 'OutboxPage'),
})

const connectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/connect',
  validateSearch: (search: Record<string, unknown>): { api?: string } => ({ api: text(search.api) }),
  component: lazyRouteComponent(() => import('../pages/connect/page.tsx'), 'ConnectPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import('../pages/settings/page.tsx'), 'SettingsPage'),
})

/** Every other address, inside the shell: from here one finds back. */
const nowhereRoute = createRoute({ getParentRoute: () => appRoute, path: '$', component: NotFound })

const routeTree = rootRoute.addChildren([
  signInRoute,
  appRoute.addChildren([
    dashboardRoute,
    cashierRoute,
    customersRoute,
    customerRoute,
    purchasesRoute,
    listsRoute,
    listRoute,
    rulesRoute,
    newRuleRoute,
    ruleRoute,
    rewardsRoute,
    newRewardRoute,
    rewardRoute,
    tiersRoute,
    simulatorRoute,
    outboxRoute,
    connectRoute,
    settingsRoute,
    nowhereRoute,
  ]),
])

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: PageLoading,
    defaultErrorComponent: ({ error, reset }) => <PageFailed error={error} retry={reset} />,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
