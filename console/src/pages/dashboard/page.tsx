import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { dashboardQuery, latestPurchasesQuery } from '../../api/queries.ts'
import type { Dashboard } from '../../api/types.ts'
import { dayOf, formatDays } from '../../app/format.ts'
import { Card, Page } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { DashboardSkeleton, Figures } from './figures.tsx'
import { Latest } from './latest.tsx'
import classes from './page.module.css'
import { PeriodPicker } from './period-picker.tsx'
import { endingOn } from './periods.ts'
import { Quiet } from './quiet.tsx'

const USUAL_DAYS = 30

export function DashboardPage() {
  const search = useSearch({ from: '/app/' })
  const navigate = useNavigate({ from: '/' })
  const today = dayOf(new Date().toISOString())
  const period = search.from && search.to ? { from: search.from, to: search.to } : endingOn(today, USUAL_DAYS)
  const dashboard = useQuery(dashboardQuery({ ...period, currency: search.currency }))
  const latest = useQuery(latestPurchasesQuery(7))
  const data = dashboard.data
  const change = (changes: typeof search) => void navigate({ search: (before) => ({ ...before, ...changes }) })
  const lastSale = latest.data?.items[0]?.occurred_at
  const quiet = data !== undefined && data.totals.purchases === 0 && data.previous_totals.purchases === 0

  return (
    <Page
      title="Dashboard"
      note={data ? <PeriodNote {...data} /> : '\u00a0'}
      wideActions
      actions={
        <>
          {data?.currencies.some((currency) => currency !== data.currency) && (
            <CurrencyPicker data={data} choose={(currency) => change({ currency })} />
          )}
          <PeriodPicker period={period} today={today} choose={change} />
        </>
      }
    >
      {dashboard.isError && (
        <Card>
          <Failed problem={dashboard.error} retry={() => void dashboard.refetch()} />
        </Card>
      )}
      {dashboard.isPending && <DashboardSkeleton />}
      {data && quiet && <Quiet lastSale={lastSale} show={change} />}
      {data && !quiet && <Figures data={data} stale={dashboard.isPlaceholderData} />}
      {!dashboard.isError && <Latest purchases={latest} data={quiet ? undefined : data} />}
    </Page>
  )
}

/** Sales in different currencies are not added up: one of them is shown. */
function CurrencyPicker({ data, choose }: { data: Dashboard; choose: (currency: string) => void }) {
  return (
    <SegmentedControl
      aria-label="Currency"
      size="xs"
      withItemsBorders={false}
      classNames={{ root: classes.presets }}
      value={data.currency}
      onChange={choose}
      data={[...new Set([...data.currencies, data.currency])]}
    />
  )
}

interface PeriodNoteProps {
  readonly period: { readonly from: string; readonly to: string }
  readonly previous: { readonly from: string; readonly to: string }
}

function PeriodNote({ period, previous }: PeriodNoteProps) {
  return (
    <>
      {formatDays(period)}, compared with {formatDays(previous)}
    </>
  )
}
