import {
  ActionIcon,
  Avatar,
  Menu,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconLogout, IconMoon, IconSearch, IconSun } from '@tabler/icons-react'
import { Link, Outlet } from '@tanstack/react-router'
import { Logo } from '../components/logo.tsx'
import { keepTimeZone } from './format.ts'
import { roleNames } from './names.ts'
import type { Place } from './navigation.ts'
import { Palette } from './palette.tsx'
import { homeOf, usePlaces, useSession, useSignOut } from './session.ts'
import classes from './shell.module.css'
import { useShortcuts } from './shortcuts.ts'

const onMac = /mac|iphone|ipad/i.test(navigator.userAgent)

/** Side bar on a desk, top bar and tabs on a phone. */
export function Shell() {
  const session = useSession()
  const [paletteOpen, palette] = useDisclosure(false)
  useShortcuts(palette.open)
  keepTimeZone(session.tenant.time_zone)
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <SideBar openPalette={palette.open} />
      <TopBar openPalette={palette.open} />
      <main id="content" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Tabs />
      <Palette opened={paletteOpen} close={palette.close} />
    </div>
  )
}

function SideBar({ openPalette }: { openPalette: () => void }) {
  const places = usePlaces()
  return (
    <aside className={classes.sideBar}>
      <Home />
      <UnstyledButton className={classes.search} onClick={openPalette}>
        <IconSearch size={15} />
        <span>Search</span>
        <kbd className={classes.kbd}>{onMac ? '⌘K' : 'Ctrl K'}</kbd>
      </UnstyledButton>
      <nav aria-label="Main" className={classes.nav}>
        {places.map((place, index) => (
          <PlaceLink key={place.to} place={place} first={index > 0 && places[index - 1]?.group !== place.group} />
        ))}
      </nav>
      <UserMenu />
    </aside>
  )
}

function Home() {
  const { role } = useSession().user
  return (
    <Link to={homeOf(role)} className={classes.home} aria-label="Regulars, start page">
      <Logo />
    </Link>
  )
}

const groupNames = { work: '', loyalty: 'Loyalty', setup: 'Set up' } as const

function PlaceLink({ place, first }: { place: Place; first: boolean }) {
  return (
    <>
      {first && <div className={classes.group}>{groupNames[place.group]}</div>}
      <Link
        to={place.to}
        className={classes.place}
        activeProps={{ 'data-active': true, 'aria-current': 'page' }}
        activeOptions={{ exact: place.to === '/', includeSearch: false }}
      >
        <place.icon size={18} stroke={1.7} />
        {place.name}
      </Link>
    </>
  )
}

function UserMenu() {
  const { user, tenant } = useSession()
  const signOut = useSignOut()
  return (
    <div className={classes.foot}>
      <Menu position="top-start" width={220}>
        <Menu.Target>
          <UnstyledButton className={classes.user}>
            <Avatar size={30} radius="xl" color="pine" name={user.name} variant="light" />
            <span className={classes.userText}>
              <span className={classes.tenant} title={tenant.name}>
                {tenant.name}
              </span>
              <span className={classes.userName}>{user.name}</span>
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {user.email} · {roleNames[user.role] ?? user.role}
          </Menu.Label>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SchemeToggle />
    </div>
  )
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={32}
        aria-label={`Switch to ${other}`}
        onClick={() => setColorScheme(other)}
      >
        {scheme === 'dark' ? <IconSun size={17} stroke={1.7} /> : <IconMoon size={17} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  )
}

function TopBar({ openPalette }: { openPalette: () => void }) {
  return (
    <header className={classes.topBar}>
      <Home />
      <span className={classes.topActions}>
        <ActionIcon variant="subtle" color="gray" size={40} aria-label="Search" onClick={openPalette}>
          <IconSearch size={20} stroke={1.7} />
        </ActionIcon>
        <SchemeToggle />
      </span>
    </header>
  )
}

/** The first four pages; the rest behind "More". */
function Tabs() {
  const signOut = useSignOut()
  const places = usePlaces()
  return (
    <nav aria-label="Main" className={classes.tabs}>
      {places.slice(0, 4).map((place) => (
        <Link
          key={place.to}
          to={place.to}
          className={classes.tab}
          activeProps={{ 'data-active': true, 'aria-current': 'page' }}
          activeOptions={{ exact: place.to === '/', includeSearch: false }}
        >
          <place.icon size={21} stroke={1.7} />
          {place.name}
        </Link>
      ))}
      <Menu position="top-end" width={200}>
        <Menu.Target>
          <UnstyledButton className={classes.tab}>
            <IconDots size={21} stroke={1.7} />
            More
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {places.slice(4).map((place) => (
            <Menu.Item
              key={place.to}
              component={Link}
              to={place.to}
              leftSection={<place.icon size={17} stroke={1.7} />}
            >
              {place.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={17} />} onClick={() => void signOut()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </nav>
  )
}
