import { Button, Skeleton } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { IconCalendar, IconHistory } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import type { Replay as Replayed } from '../../api/loyalty-types.ts'
import { formatCount, formatMoney, formatMonth, formatShort, formatUnits } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { addDays, today } from '../../app/zones.ts'
import { Refusal } from '../../components/form.tsx'
import { Empty } from '../../components/states.tsx'
import { TrendChart } from '../../components/trend-chart.tsx'
import editor from './editor.module.css'
import classes from './replay.module.css'
import { amountOf } from './words.ts'

/** What a rule would have paid for past purchases: how much, when, to whom. */
export function Replay({ trial }: { trial: Readonly<Record<string, unknown>> }) {
  const zone = useSession().tenant.time_zone
  const end = today(zone)
  const [days, setDays] = useState<[string | null, string | null]>([addDays(end, -364), end])
  const [from, to] = days
  const asked = JSON.stringify(trial)
  const replay = useMutation({
    mutationFn: async () => ({ asked, ...(await post<Replayed>('/loyalty/replay', { ...trial, from, to })) }),
  })
  return (
    <div className={editor.stack}>
      <div className={editor.withButton}>
        <DatePickerInput
          type="range"
          label="Purchases of these days"
          leftSection={<IconCalendar size={16} stroke={1.7} />}
          valueFormat="D MMM YYYY"
          allowSingleDateInRange
          value={days}
          onChange={setDays}
        />
        <Button variant="default" disabled={!from || !to} loading={replay.isPending} onClick={() => replay.mutate()}>
          Replay
        </Button>
      </div>
      {replay.isPending && <Skeleton height={260} radius="lg" />}
      {replay.isError && <Refusal problem={replay.error} />}
      {replay.isIdle && (
        <Empty icon={<IconHistory size={20} />} title="What if it had run already?">
          The rule is worked out for every sale of these days, as it is written now. Nothing is paid.
        </Empty>
      )}
      {replay.isSuccess && (
        <div className={classes.result} data-stale={replay.data.asked !== asked || undefined}>
          {replay.data.asked !== asked && <p className={classes.old}>The rule was changed since; replay it again.</p>}
          <Result replay={replay.data} />
        </div>
      )}
    </div>
  )
}

function Result({ replay }: { replay: Replayed }) {
  const { currency } = useSession().tenant
  const { amount, unit, value_minor: value, affected, purchases, customers } = replay
  return (
    <>
      <dl className={classes.figures}>
        <div data-points>
          <dt>It would have paid</dt>
          <dd>{amountOf(amount, unit)}</dd>
        </div>
        {value !== null && (
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
          <Months replay={replay} />
          <Top replay={replay} />
        </>
      )}
    </>
  )
}

function Months({ replay }: { replay: Replayed }) {
  const { by_month: months, unit } = replay
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

function Top({ replay }: { replay: Replayed }) {
  return (
    <section>
      <h3 className={classes.heading}>Who would have had most</h3>
      <ol className={classes.top}>
        {replay.top.map(({ customer_id: id, name, amount }) => (
          <li key={id}>
            <Link to="/customers/$customerId" params={{ customerId: String(id) }} className="link">
              {name || `Customer ${id}`}
            </Link>
            <span className={classes.points}>{amountOf(amount, replay.unit)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
