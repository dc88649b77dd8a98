import { Button, Progress, Skeleton } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { IconCalendar, IconHistory } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { post, put } from '../../api/client.ts'
import { isOpen, replayQuery } from '../../api/loyalty-queries.ts'
import type { Replay as Replayed, ReplayResult, RuleDraft } from '../../api/loyalty-types.ts'
import { latestPurchasesQuery } from '../../api/queries.ts'
import type { Unit } from '../../api/types.ts'
import { dayOf, formatCount, formatMoney, formatMonth, formatShort, formatUnits } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { today, yearOfSales } from '../../app/zones.ts'
import { Refusal } from '../../components/form.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { TrendChart } from '../../components/trend-chart.tsx'
import editor from './editor.module.css'
import classes from './replay.module.css'
import { isSameShape } from './shapes.ts'
import { amountOf } from './words.ts'

export interface Trial {
  readonly rule_id?: number
  readonly rule: Omit<RuleDraft, 'valid_from' | 'valid_to'>
}

/** What a rule would have paid for past purchases: how much, when, to whom. */
export function Replay({ trial }: { trial: Trial }) {
  const { replay: id } = useSearch({ strict: false })
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const query = useQuery({ ...replayQuery(id ?? 0), enabled: id !== undefined })
  const ask = useMutation({
    mutationFn: (days: { from: string; to: string }) => post<Replayed>('/loyalty/replays', { ...trial, ...days }),
    onSuccess: async (replay) => {
      queryClient.setQueryData(replayQuery(replay.id).queryKey, replay)
      await navigate({ to: '.', search: (before) => ({ ...before, replay: replay.id }), replace: true })
    },
  })
  const replay = id === undefined ? undefined : query.data
  return (
    <div className={editor.stack}>
      <Ask busy={ask.isPending || (replay !== undefined && isOpen(replay))} asked={replay} ask={ask.mutate} />
      {ask.isError && <Refusal problem={ask.error} />}
      {id !== undefined && query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {id !== undefined && query.isPending && <Skeleton height={260} radius="lg" />}
      {id === undefined && (
        <Empty icon={<IconHistory size={20} />} title="What if it had run already?">
          The rule is worked out for every sale of these days, as it is written now. Nothing is paid.
        </Empty>
      )}
      {replay && <Standing replay={replay} isStale={!isOf(trial, replay)} />}
    </div>
  )
}

/** Was it asked of the rule as it stands in the form? */
function isOf({ rule }: Trial, { rule: asked }: Replayed): boolean {
  const isSameUnit = rule.unit_id === undefined || rule.unit_id === asked.unit.id
  return isSameUnit && rule.priority === asked.priority && isSameShape(rule.definition, asked.definition)
}

interface AskProps {
  readonly busy: boolean
  readonly asked: Replayed | undefined
  readonly ask: (days: { from: string; to: string }) => void
}

function Ask({ busy, asked, ask }: AskProps) {
  const lastSale = useQuery(latestPurchasesQuery(1)).data?.items[0]?.occurred_at
  const usual = yearOfSales(today(useSession().tenant.time_zone), lastSale && dayOf(lastSale))
  const [chosen, setDays] = useState<[string | null, string | null]>()
  const [from, to] = chosen ?? (asked ? [asked.from, asked.to] : [usual.from, usual.to])
  return (
    <div className={editor.withButton}>
      <DatePickerInput
        type="range"
        label="Purchases of these days"
        leftSection={<IconCalendar size={16} stroke={1.7} />}
        valueFormat="D MMM YYYY"
        allowSingleDateInRange
        value={[from, to]}
        onChange={setDays}
      />
      <Button variant="default" disabled={!from || !to} loading={busy} onClick={() => from && to && ask({ from, to })}>
        Replay
      </Button>
    </div>
  )
}

function Standing({ replay, isStale }: { replay: Replayed; isStale: boolean }) {
  const { state, result, rule } = replay
  if (isOpen(replay)) return <UnderWay replay={replay} />
  if (state === 'cancelled')
    return (
      <Empty icon={<IconHistory size={20} />} title="It was stopped">
        {formatCount(replay.looked)} sales had been looked at. Replay it again whenever you like.
      </Empty>
    )
  if (!result) return <p role="alert">The replay failed. What went wrong is in the log of the server; try it again.</p>
  return (
    <div className={classes.result} data-stale={isStale || undefined}>
      {isStale && <p className={classes.old}>The rule was changed since; replay it again.</p>}
      <Result result={result} unit={rule.unit} />
    </div>
  )
}

function UnderWay({ replay }: { replay: Replayed }) {
  const { id, state, looked, total } = replay
  const queryClient = useQueryClient()
  const stop = useMutation({
    mutationFn: () => put<Replayed>(`/loyalty/replays/${id}/state`, { state: 'cancelled' }),
    onSuccess: (stopped) => queryClient.setQueryData(replayQuery(id).queryKey, stopped),
  })
  const share = total ? Math.min(100, (looked / total) * 100) : 0
  return (
    <div className={classes.underWay}>
      <div className={classes.counted}>
        <span role="status">
          {state === 'waiting' || total === null
            ? 'Waiting for its turn …'
            : `${formatCount(looked)} of ${formatCount(total)} sales`}
        </span>
        <Button variant="subtle" size="compact-sm" loading={stop.isPending} onClick={() => stop.mutate()}>
          Stop
        </Button>
      </div>
      <Progress value={share} animated={state === 'running'} aria-label="Sales looked at" transitionDuration={300} />
      <p className="muted">It goes on when you leave this page, and is here when you come back to this address.</p>
      {stop.isError && <Refusal problem={stop.error} />}
    </div>
  )
}

function Result({ result, unit }: { result: ReplayResult; unit: Unit }) {
  const { currency } = useSession().tenant
  const { amount, value_minor: value, affected, purchases, customers } = result
  return (
    <>
      <dl className={classes.figures}>
        <div data-points>
          <dt>It would have paid</dt>
          <dd>{amountOf(amount, unit)}</dd>
        </div>
        {value !== null && unit.kind !== 'money' && (
          <div>
            <dt>Which pays for</dt>
            <dd>{formatMoney(value, currency)}</dd>
          </div>
        )}
        <div>
          <dt>On purchases</dt>
          <dd>
            {formatCount(affected)} <small>of {formatCount(purchases)}</small>
          </dd>
        </div>
        <div>
          <dt>To customers</dt>
          <dd>{formatCount(customers)}</dd>
        </div>
      </dl>
      {affected === 0 ? (
        <p className="muted">No purchase of these days would have met it.</p>
      ) : (
        <>
          <Months result={result} unit={unit} />
          <Top result={result} unit={unit} />
        </>
      )}
    </>
  )
}

interface ResultProps {
  readonly result: ReplayResult
  readonly unit: Unit
}

function Months({ result, unit }: ResultProps) {
  const { by_month: months } = result
  return (
    <section>
      <h3 className={classes.heading}>By month</h3>
      <TrendChart
        name="What it would have paid"
        points={months.map(({ month, amount }) => ({ label: formatMonth(month), value: amount / 10 ** unit.scale }))}
        tickLabels={months.map(({ month }) => formatMonth(month, false))}
        height={150}
        shape="bars"
        tint="points"
        format={(value) => formatUnits(value * 10 ** unit.scale, unit)}
        formatAxis={formatShort}
      />
    </section>
  )
}

function Top({ result, unit }: ResultProps) {
  return (
    <section>
      <h3 className={classes.heading}>Who would have had most</h3>
      <ol className={classes.top}>
        {result.top.map(({ customer_id: id, name, amount }) => (
          <li key={id}>
            <Link to="/customers/$customerId" params={{ customerId: String(id) }} className="link">
              {name || `Customer ${id}`}
            </Link>
            <span className={classes.points}>{amountOf(amount, unit)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
