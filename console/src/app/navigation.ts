import {
  type Icon,
  IconBasket,
  IconCashRegister,
  IconChartAreaLine,
  IconGift,
  IconMailbox,
  IconMedal,
  IconPlugConnected,
  IconReceipt,
  IconSettings,
  IconSparkles,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import type { StaffRole } from '../api/types.ts'

const everybody: readonly StaffRole[] = ['owner', 'admin', 'marketer', 'cashier', 'viewer']
const office: readonly StaffRole[] = ['owner', 'admin', 'marketer', 'viewer']
const administrators: readonly StaffRole[] = ['owner', 'admin']

/** The pages, in the order of the side bar. `key` is the second key of the "g" shortcut; `roles` have a use for it. */
export const places = [
  {
    to: '/cashier',
    name: 'Cashier',
    icon: IconCashRegister,
    key: 'k',
    group: 'work',
    roles: [...administrators, 'cashier'],
  },
  { to: '/', name: 'Dashboard', icon: IconChartAreaLine, key: 'd', group: 'work', roles: everybody },
  { to: '/customers', name: 'Customers', icon: IconUsers, key: 'c', group: 'work', roles: everybody },
  { to: '/purchases', name: 'Purchases', icon: IconReceipt, key: 'p', group: 'work', roles: everybody },
  { to: '/lists', name: 'Lists', icon: IconUsersGroup, key: 'l', group: 'work', roles: office },
  { to: '/outbox', name: 'Outbox', icon: IconMailbox, key: 'o', group: 'work', roles: [...administrators, 'marketer'] },
  { to: '/loyalty/rules', name: 'Rules', icon: IconSparkles, key: 'r', group: 'loyalty', roles: office },
  { to: '/loyalty/rewards', name: 'Rewards', icon: IconGift, key: 'w', group: 'loyalty', roles: office },
  { to: '/loyalty/tiers', name: 'Tiers', icon: IconMedal, key: 't', group: 'loyalty', roles: office },
  { to: '/loyalty/simulator', name: 'Simulator', icon: IconBasket, key: 'b', group: 'loyalty', roles: office },
  { to: '/connect', name: 'Connect', icon: IconPlugConnected, key: 'a', group: 'setup', roles: administrators },
  { to: '/settings', name: 'Settings', icon: IconSettings, key: 's', group: 'setup', roles: office },
] as const satisfies readonly {
  readonly to: string
  readonly name: string
  readonly icon: Icon
  readonly key: string
  readonly group: 'work' | 'loyalty' | 'setup'
  readonly roles: readonly StaffRole[]
}[]

export type Place = Omit<(typeof places)[number], 'roles'> & { readonly roles: readonly StaffRole[] }
