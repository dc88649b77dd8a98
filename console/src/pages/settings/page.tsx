import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMay } from '../../app/session.ts'
import { Page } from '../../components/page.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Audit } from './audit.tsx'
import { Loyalty } from './loyalty.tsx'
import classes from './page.module.css'
import { Reference } from './reference.tsx'
import { Shop } from './shop.tsx'
import { Staff } from './staff.tsx'

/** Who has access, and what they did, is for administrators; the rest can be looked at. */
const tabs = [
  { value: 'shop', name: 'Shop', Panel: Shop, isRestricted: false },
  { value: 'loyalty', name: 'Loyalty', Panel: Loyalty, isRestricted: false },
  { value: 'lists', name: 'Lists to choose from', Panel: Reference, isRestricted: false },
  { value: 'staff', name: 'Staff', Panel: Staff, isRestricted: true },
  { value: 'keys', name: 'API keys', Panel: ApiKeys, isRestricted: true },
  { value: 'audit', name: 'Audit log', Panel: Audit, isRestricted: true },
] as const

export function SettingsPage() {
  const { tab } = useSearch({ from: '/app/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const may = useMay('settings')
  const shown = tabs.filter(({ isRestricted }) => may || !isRestricted)
  const open = shown.find(({ value }) => value === tab)?.value ?? 'shop'
  return (
    <Page title="Settings">
      <Tabs
        value={open}
        onChange={(value) => void navigate({ search: { tab: value ?? undefined } })}
        keepMounted={false}
        classNames={{ list: classes.tabs, tab: classes.tab }}
      >
        <Tabs.List>
          {shown.map(({ value, name }) => (
            <Tabs.Tab key={value} value={value}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map(({ value, Panel }) => (
          <Tabs.Panel key={value} value={value} pt={20}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}
