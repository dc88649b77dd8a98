import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Page } from '../../components/page.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Audit } from './audit.tsx'
import { Loyalty } from './loyalty.tsx'
import classes from './page.module.css'
import { Reference } from './reference.tsx'
import { Shop } from './shop.tsx'
import { Staff } from './staff.tsx'

const tabs = [
  { value: 'shop', name: 'Shop', Panel: Shop },
  { value: 'loyalty', name: 'Loyalty', Panel: Loyalty },
  { value: 'lists', name: 'Lists to choose from', Panel: Reference },
  { value: 'staff', name: 'Staff', Panel: Staff },
  { value: 'keys', name: 'API keys', Panel: ApiKeys },
  { value: 'audit', name: 'Audit log', Panel: Audit },
] as const

export function SettingsPage() {
  const { tab } = useSearch({ from: '/app/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const open = tabs.find(({ value }) => value === tab)?.value ?? 'shop'
  return (
    <Page title="Settings">
      <Tabs
        value={open}
        onChange={(value) => void navigate({ search: { tab: value ?? undefined } })}
        keepMounted={false}
        classNames={{ list: classes.tabs, tab: classes.tab }}
      >
        <Tabs.List>
          {tabs.map(({ value, name }) => (
            <Tabs.Tab key={value} value={value}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, Panel }) => (
          <Tabs.Panel key={value} value={value} pt={20}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}
