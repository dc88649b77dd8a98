import { Skeleton } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { connectQuery } from '../../api/queries.ts'
import type { ConnectedApi } from '../../api/types.ts'
import { Copy } from '../../components/copy.tsx'
import { Card, Page } from '../../components/page.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { isSecret, listCredentials, wordsOf } from './apis.ts'
import { CredentialRow } from './credential-row.tsx'
import classes from './page.module.css'

export function ConnectPage() {
  const { api: chosen } = useSearch({ from: '/app/connect' })
  const query = useQuery(connectQuery)
  const apis = query.data?.apis
  const open = apis?.find(({ name }) => name === chosen) ?? apis?.[0]
  return (
    <Page
      title="Connect"
      note="Point a client you already have at one of these addresses. All of them see the same customers."
    >
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
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
          <Connection key={open.name} api={open} />
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

function Connection({ api }: { api: ConnectedApi }) {
  const { title, about, docs } = wordsOf(api.name)
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
        {Object.keys(api.credentials).length === 0 && (
          <p className={classes.keyNote}>
            Its key is shown once, when it is made:{' '}
            <Link to="/settings" search={{ tab: 'keys' }} className="link">
              API keys
            </Link>
          </p>
        )}
      </Card>
      {api.example_curl && (
        <Card title="A first call" aside={<Copy value={api.example_curl} label="Copy the call" text />}>
          <pre className={classes.call}>{withoutSecrets(api)}</pre>
        </Card>
      )}
    </div>
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
