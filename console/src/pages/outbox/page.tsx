import { Button, Drawer, SegmentedControl, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconBell, IconDeviceMobileMessage, IconMail, IconMailbox } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { outboxQuery } from '../../api/queries.ts'
import type { Message } from '../../api/types.ts'
import { formatAgo } from '../../app/format.ts'
import { Card, Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { focusFirstRow, walkRows } from '../../components/table.tsx'
import classes from './page.module.css'
import { Preview } from './preview.tsx'

const icons = { email: IconMail, sms: IconDeviceMobileMessage, push: IconBell }

export function OutboxPage() {
  const { message: chosen, ...filter } = useSearch({ from: '/app/outbox' })
  const navigate = useNavigate({ from: '/outbox' })
  const query = useInfiniteQuery(outboxQuery(filter))
  const narrow = useMediaQuery('(max-width: 900px)')
  const messages = query.data?.pages.flatMap((page) => page.items)
  const open = messages?.find(({ id }) => id === chosen) ?? (narrow ? undefined : messages?.[0])
  const search = (changes: object) => void navigate({ search: { ...filter, ...changes }, replace: true })
  return (
    <Page
      title="Outbox"
      note="Every message that would leave the house. Without a real provider it goes no further than here."
    >
      <div className={classes.bar}>
        <SearchField
          label="Address or number of the recipient"
          value={filter.to ?? ''}
          onSearch={(to) => search({ to: to || undefined })}
          onKeyDown={focusFirstRow}
        />
        <SegmentedControl
          aria-label="Channel"
          withItemsBorders={false}
          className={classes.channels}
          data={[
            { value: '', label: 'All' },
            { value: 'email', label: 'E-mail' },
            { value: 'sms', label: 'SMS' },
            { value: 'push', label: 'Push' },
          ]}
          value={filter.channel ?? ''}
          onChange={(channel) => search({ channel: channel || undefined })}
        />
      </div>
      {query.isError && (
        <Card>
          <Failed problem={query.error} retry={() => void query.refetch()} />
        </Card>
      )}
      {messages?.length === 0 && <NoMessages filtered={Boolean(filter.to || filter.channel)} />}
      {!query.isError && messages?.length !== 0 && (
        <div className={classes.panes}>
          <Card flush className={classes.listPane}>
            {query.isPending && <Skeleton height={480} />}
            <ul
              className={classes.list}
              aria-label="Messages"
              data-stale={query.isPlaceholderData || undefined}
              onKeyDown={walkRows}
            >
              {messages?.map((message) => (
                <Entry key={message.id} message={message} open={message.id === open?.id} />
              ))}
            </ul>
            {query.hasNextPage && (
              <div className={classes.more}>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  Show more
                </Button>
              </div>
            )}
          </Card>
          {!narrow && open && (
            <Card flush className={classes.previewPane}>
              <Preview key={open.id} message={open} />
            </Card>
          )}
        </div>
      )}
      {narrow && (
        <Drawer
          opened={open !== undefined}
          onClose={() => void navigate({ search: filter })}
          position="bottom"
          size="88%"
          title="Message"
        >
          {open && <Preview key={open.id} message={open} />}
        </Drawer>
      )}
    </Page>
  )
}

function Entry({ message, open }: { message: Message; open: boolean }) {
  const Icon = icons[message.channel] ?? IconMail
  return (
    <li>
      <Link
        to="/outbox"
        search={(before) => ({ ...before, message: message.id })}
        className={classes.entry}
        data-row
        aria-current={open || undefined}
        resetScroll={false}
        preload={false}
      >
        <span className={classes.icon}>
          <Icon size={17} stroke={1.7} />
        </span>
        <span className={classes.text}>
          <span className={classes.top}>
            <b>{message.to}</b>
            <time className={classes.time} dateTime={message.created_at}>
              {formatAgo(message.created_at)}
            </time>
          </span>
          <span className={classes.subject}>{message.subject ?? message.text}</span>
        </span>
      </Link>
    </li>
  )
}

function NoMessages({ filtered }: { filtered: boolean }) {
  return (
    <Card>
      <Empty icon={<IconMailbox size={20} />} title={filtered ? 'No message fits' : 'Nothing was sent yet'}>
        {filtered
          ? 'Try another recipient or channel.'
          : 'Confirmations, codes and campaigns appear here the moment they are written.'}
      </Empty>
    </Card>
  )
}
