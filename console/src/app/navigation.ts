import {
  IconBasket,
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

/** The pages, in the order of the side bar. `key` is the second key of the "g" shortcut. */
export const places = [
  { to: '/', name: 'Dashboard', icon: IconChartAreaLine, key: 'd', group: 'work' },
  { to: '/customers', name: 'Customers', icon: IconUsers, key: 'c', group: 'work' },
  { to: '/purchases', name: 'Purchases', icon: IconReceipt, key: 'p', group: 'work' },
  { to: '/lists', name: 'Lists', icon: IconUsersGroup, key: 'l', group: 'work' },
  { to: '/outbox', name: 'Outbox', icon: IconMailbox, key: 'o', group: 'work' },
  { to: '/loyalty/rules', name: 'Rules', icon: IconSparkles, key: 'r', group: 'loyalty' },
  { to: '/loyalty/rewards', name: 'Rewards', icon: IconGift, key: 'w', group: 'loyalty' },
  { to: '/loyalty/tiers', name: 'Tiers', icon: IconMedal, key: 't', group: 'loyalty' },
  { to: '/loyalty/simulator', name: 'Simulator', icon: IconBasket, key: 'b', group: 'loyalty' },
  { to: '/connect', name: 'Connect', icon: IconPlugConnected, key: 'a', group: 'setup' },
  { to: '/settings', name: 'Settings', icon: IconSettings, key: 's', group: 'setup' },
] as const
