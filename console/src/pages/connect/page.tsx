import { Button, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlugConnected } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { connectQuery } from '../../api/queries.ts'
import type { ConnectedApi } from '../../api/types.ts'
import { Copy } from '../../components/copy.tsx'
import { NewKey } from '../../components/new-key.tsx'
import { Card, Page } from '../../components/page.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { isSecret, KEY_PLACE, listCredentials, withKey, wordsOf } from './apis.ts'
import { CredentialRow } from './credential-row.tsx'
import classes from './page.module.css'

export function ConnectPage() {
  const { api: chosen } = useSearch({ from: '/app/connect' })
  const query = useQuery(connectQuery)
  // Known to this page only, and gone with it.
  const [key, setKey] = useState<string>()
  const apis = query.data?.apis.map((api) => (key ? withKey(api, key) : api))
  const open = apis?.find(({ name }) => name === chosen) ?? apis?.[0]
  return (
    <Page
      title="Connect"
      note="Point a client you already have at one of these addresses. All of them see the same customers."
    >
      {query.isError && (
        <Card>
          <Failed problem={query.error} retry={() => void query.refetch()} />
        </Card>
      )}
      {query.isPending && <Skeleton height={420} radius="lg" />}
      {apis?.length === 0 && <NoApis />}
      {apis && open && (
        <div className={classes.panes}>
          <nav className={classes.apis} aria-label="APIs" ref={showCurrent}>
            {apis.map((api) => (
              <Link
                key={api.name}
                to="/connect"
                search={{ api: api.name }}
                className={classes.api}
                aria-current={api.name === open.name || undefined}
                preload={false}
              >
                {wordsOf(api.name).title}
              </Link>
            ))}
          </nav>
          <Connection key={open.name} api={open} keepKey={setKey} />
        </div>
      )}
    </Page>
  )
}

/** On a phone the row of APIs is wider than the screen; the open one must not be outside. */
function showCurrent(nav: HTMLElement | null): void {
  const current = nav?.querySelector<HTMLElement>('[aria-current]')
  if (nav && current) nav.scrollLeft = current.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2
}

interface ConnectionProps {
  readonly api: ConnectedApi
  readonly keepKey: (key: string) => void
}

function Connection({ api, keepKey }: ConnectionProps) {
  const { title, about, docs } = wordsOf(api.name)
  const lacksKey = api.example_curl.includes(KEY_PLACE)
  return (
    <div className={classes.connection}>
      <Card
        title={title}
        aside={
          <a href={docs} className="link">
            Reference
          </a>
        }
      >
        {about && <p className={classes.about}>{about}</p>}
        <dl className={classes.credentials}>
          <CredentialRow name="base_url" value={api.base_url} />
          {listCredentials(api.credentials).map((credential) => (
            <CredentialRow key={credential.name} {...credential} />
          ))}
        </dl>
        {lacksKey && <MakeKey keep={keepKey} />}
        {api.name === 'api' && !lacksKey && (
          <p className={classes.keyNote}>
            Keep the key now: once you leave this page it cannot be shown again. <KeysLink />
          </p>
        )}
      </Card>
      {api.example_curl && (
        <Card title="A first call" aside={<Copy value={api.example_curl} label="Copy the call" text />}>
          <pre className={classes.call}>{withoutSecrets(api)}</pre>
          {lacksKey && (
            <p className={classes.callNote}>
              Put a key in the place of <code>{KEY_PLACE}</code>. One that you make above is put there for you.
            </p>
          )}
        </Card>
      )}
    </div>
  )
}

/** A key made earlier is known to nobody here; a new one is two clicks away. */
function MakeKey({ keep }: { keep: (key: string) => void }) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <div className={classes.makeKey}>
      <p>
        It asks for a key, which is shown once, when it is made. <KeysLink />
      </p>
      <Button variant="default" leftSection={<IconKey size={16} stroke={1.7} />} onClick={open}>
        Make a key
      </Button>
      <NewKey opened={opened} close={close} show={keep} />
    </div>
  )
}

function KeysLink() {
  return (
    <Link to="/settings" search={{ tab: 'keys' }} className="link">
      All API keys
    </Link>
  )
}

/** What is shown; what is copied has them. */
function withoutSecrets(api: ConnectedApi): string {
  const secrets = listCredentials(api.credentials).filter(({ name, value }) => isSecret(name) && value !== '')
  return secrets.reduce((call, { value }) => call.replaceAll(value, '••••••••'), api.example_curl)
}

function NoApis() {
  return (
    <Card>
      <Empty icon={<IconPlugConnected size={20} />} title="No credentials yet">
        Make an API key in the settings to begin.
      </Empty>
    </Card>
  )
}
