import {
  IconChartAreaLine,
  IconMailbox,
  IconPlugConnected,
  IconReceipt,
  IconSettings,
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
  { to: '/connect', name: 'Connect', icon: IconPlugConnected, key: 'a', group: 'setup' },
  { to: '/settings', name: 'Settings', icon: IconSettings, key: 's', group: 'setup' },
] as const
