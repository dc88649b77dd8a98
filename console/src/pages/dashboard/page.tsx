import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { dashboardQuery, latestPurchasesQuery } from '../../api/queries.ts'
import { dayOf, formatDays } from '../../app/format.ts'
import { Page } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { DashboardSkeleton, Figures } from './figures.tsx'
import { Latest } from './latest.tsx'
import { PeriodPicker } from './period-picker.tsx'
import { endingOn } from './periods.ts'
import { Quiet } from './quiet.tsx'

const USUAL_DAYS = 30

export function DashboardPage() {
  const search = useSearch({ from: '/app/' })
  const navigate = useNavigate({ from: '/' })
  const today = dayOf(new Date().toISOString())
  const period = search.from && search.to ? { from: search.from, to: search.to } : endingOn(today, USUAL_DAYS)
  const dashboard = useQuery(dashboardQuery(period))
  const latest = useQuery(latestPurchasesQuery(7))
  const data = dashboard.data
  const lastSale = latest.data?.items[0]?.occurred_at
  const quiet = data !== undefined && data.totals.purchases === 0 && data.previous_totals.purchases === 0

  return (
    <Page
      title="Dashboard"
      note={data ? <PeriodNote {...data} /> : '\u00a0'}
      wideActions
      actions={<PeriodPicker period={period} today={today} choose={(days) => void navigate({ search: days })} />}
    >
      {dashboard.isError && <Failed problem={dashboard.error} retry={() => void dashboard.refetch()} />}
      {dashboard.isPending && <DashboardSkeleton />}
      {data && quiet && <Quiet lastSale={lastSale} show={(days) => void navigate({ search: days })} />}
      {data && !quiet && <Figures data={data} stale={dashboard.isPlaceholderData} />}
      {!dashboard.isError && <Latest purchases={latest} data={quiet ? undefined : data} />}
    </Page>
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
