import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { IconActivity, IconCoins, IconMessage, IconReceipt, IconShieldCheck, IconTimeline } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { timelineQuery } from '../../api/queries.ts'
import type { TimelineItem } from '../../api/types.ts'
import { dayOf, formatDay, formatMoney, formatSigned, formatTime } from '../../app/format.ts'
import { Card } from '../../components/page.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { type Entry, groupRuns } from './entry-groups.ts'
import { kindOf } from './entry-words.ts'
import classes from './timeline.module.css'

const icons = {
  purchase: IconReceipt,
  points: IconCoins,
  event: IconActivity,
  message: IconMessage,
  consent: IconShieldCheck,
}

const filters = [
  { value: 'all', label: 'All' },
  { value: 'purchase', label: 'Purchases' },
  { value: 'points', label: 'Points' },
  { value: 'event', label: 'Events' },
  { value: 'message', label: 'Messages' },
]

/** What a filter leaves is looked for further back until there are so many. */
const ENOUGH = 5

/** Everything that happened, newest first, by day. */
export function Timeline({ customerId }: { customerId: number }) {
  const [filter, setFilter] = useState('all')
  const query = useInfiniteQuery(timelineQuery(customerId))
  const items = query.data?.pages.flatMap((page) => page.items)
  const shown = items?.filter((item) => filter === 'all' || kindOf(item) === filter)
  const tooFew = filter !== 'all' && (shown?.length ?? 0) < ENOUGH
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query
  useEffect(() => {
    if (tooFew && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage()
  }, [tooFew, hasNextPage, isFetchingNextPage, isError, fetchNextPage])
  return (
    <Card title="Timeline" className={classes.card}>
      <SegmentedControl
        aria-label="Show"
        className={classes.filter}
        size="xs"
        withItemsBorders={false}
        data={filters}
        value={filter}
        onChange={setFilter}
      />
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <TimelineSkeleton />}
      {shown?.length === 0 && !hasNextPage && <NothingYet filtered={filter !== 'all'} />}
      {shown && byDay(shown).map(([day, entries]) => <Day key={day} day={day} entries={entries} />)}
      {hasNextPage && (
        <div className={classes.more}>
          <Button variant="subtle" size="compact-sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show earlier
          </Button>
        </div>
      )}
    </Card>
  )
}

function byDay(items: readonly TimelineItem[]): [string, TimelineItem[]][] {
  const days = new Map<string, TimelineItem[]>()
  for (const item of items) {
    const day = dayOf(item.at)
    const entries = days.get(day)
    if (entries) entries.push(item)
    else days.set(day, [item])
  }
  return [...days]
}

function Day({ day, entries }: { day: string; entries: readonly TimelineItem[] }) {
  return (
    <section className={classes.day}>
      <h3 className={classes.date}>{formatDay(day, true)}</h3>
      <ol className={classes.entries}>
        {groupRuns(entries).map((entry, index) => (
          // One thing may appear twice at one instant (earned and spent by the same purchase); the list only grows at its end.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <EntryRow key={`${entry.item.kind} ${entry.item.ref_id} ${index}`} entry={entry} />
        ))}
      </ol>
    </section>
  )
}

function EntryRow({ entry }: { entry: Entry }) {
  const { item, title, detail } = entry
  const kind = kindOf(item)
  const Icon = icons[kind]
  return (
    <li className={classes.entry}>
      <span className={classes.icon} data-kind={kind}>
        <Icon size={15} stroke={1.9} />
      </span>
      <span className={classes.text}>
        {kind === 'purchase' && item.ref_id !== null ? (
          <Link to="/purchases" search={{ open: Number(item.ref_id) }} className={classes.title}>
            {title}
          </Link>
        ) : (
          <span className={classes.title}>{title}</span>
        )}
        {detail && <span className={classes.detail}>{detail}</span>}
      </span>
      <span className={classes.end}>
        {item.amount_minor != null && item.currency && (
          <span className={classes.amount}>{formatMoney(item.amount_minor, item.currency)}</span>
        )}
        {item.points != null && item.points !== 0 && (
          <span className={classes.points} data-less={item.points < 0 || undefined}>
            {formatSigned(item.points)}
          </span>
        )}
        <time className={classes.time} dateTime={item.at}>
          {formatTime(item.at)}
        </time>
      </span>
    </li>
  )
}

function NothingYet({ filtered }: { filtered: boolean }) {
  return (
    <Empty icon={<IconTimeline size={20} />} title={filtered ? 'None of these so far' : 'Nothing happened yet'}>
      Purchases, points, visits to the shop and messages show up here as they happen, from whichever API reported them.
    </Empty>
  )
}

function TimelineSkeleton() {
  return ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
    <div key={key} className={classes.entry}>
      <Skeleton circle height={28} />
      <div className={classes.text}>
        <Skeleton height={13} width="45%" mb={8} />
        <Skeleton height={11} width="70%" />
      </div>
    </div>
  ))
}
