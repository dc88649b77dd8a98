import { Skeleton } from '@mantine/core'
import { useMemo } from 'react'
import type { Dashboard, DashboardMetric } from '../../api/types.ts'
import {
  formatCount,
  formatDay,
  formatMoney,
  formatMoneyRound,
  formatMoneyShort,
  formatShort,
} from '../../app/format.ts'
import { Change } from '../../components/change.tsx'
import { Card } from '../../components/page.tsx'
import { TrendChart, type TrendPoint } from '../../components/trend-chart.tsx'
import classes from './page.module.css'
import { daysAPoint, type Point, pointsOf } from './periods.ts'

interface FigureProps {
  readonly data: Dashboard
  readonly metric: DashboardMetric
  readonly name: string
  readonly note?: string
  readonly height: number
  readonly tint?: 'brand' | 'points'
  readonly shape?: 'area' | 'bars'
  readonly large?: boolean
}

/** All measures of the period over time. */
export function Figures({ data, stale }: { data: Dashboard; stale: boolean }) {
  return (
    <div className={classes.grid} data-stale={stale || undefined}>
      <Card className={classes.sales}>
        <Figure data={data} metric="sales_minor" name="Sales" height={312} large />
      </Card>
      <Card className={classes.people}>
        <Figure
          data={data}
          metric="active_customers"
          name="Active customers"
          note="bought at least once"
          height={126}
        />
        <hr className={classes.rule} />
        <Figure data={data} metric="new_customers" name="New customers" height={116} shape="bars" />
      </Card>
      <Card className={classes.third}>
        <Figure data={data} metric="points_issued" name="Points issued" height={132} tint="points" shape="bars" />
      </Card>
      <Card className={classes.third}>
        <Figure data={data} metric="points_spent" name="Points spent" height={132} tint="points" shape="bars" />
      </Card>
      <Card className={classes.third}>
        <Figure data={data} metric="points_outstanding" name="Points outstanding" height={132} tint="points" />
      </Card>
    </div>
  )
}

function Figure({ data, metric, name, note, height, tint = 'brand', shape = 'area', large = false }: FigureProps) {
  const money = metric === 'sales_minor'
  const points = useMemo(() => trendOf(data, metric), [data, metric])
  const words = useMemo(() => wordsOf(money ? data.currency : undefined), [money, data.currency])
  const now = data.totals[metric]
  const before = data.previous_totals[metric]
  return (
    <div>
      <div className={classes.figureHead}>
        <h2 className={classes.figureName}>{name}</h2>
        {large && <Legend />}
        {note && <span className={`${classes.figureNote} not-on-phone`}>{note}</span>}
      </div>
      <div className={classes.figureLine}>
        <span className={large ? classes.figureLarge : classes.figure}>{words.headline(now)}</span>
        <Change now={now} before={before} />
        <span className={classes.figureBefore}>from {words.headline(before)}</span>
      </div>
      <TrendChart
        name={name}
        points={points}
        tickLabels={points.map((point) => point.tick)}
        height={height}
        shape={shape}
        tint={tint}
        format={words.value}
        formatAxis={words.axis}
        fromZero={metric !== 'points_outstanding'}
      />
    </div>
  )
}

function Legend() {
  return (
    <span className={classes.legend}>
      <span className={classes.keyNow}>this period</span>
      <span className={classes.keyBefore}>the period before</span>
    </span>
  )
}

function wordsOf(currency: string | undefined) {
  if (currency) {
    return {
      headline: (value: number) => formatMoneyRound(value, currency),
      value: (value: number) => formatMoney(Math.round(value), currency),
      axis: (value: number) => formatMoneyShort(value, currency),
    }
  }
  return {
    headline: formatCount,
    value: (value: number) => formatCount(Math.round(value * 10) / 10),
    axis: formatShort,
  }
}

function trendOf(data: Dashboard, metric: DashboardMetric): (TrendPoint & { tick: string })[] {
  const days = daysAPoint(data.series.length)
  const before = pointsOf(data.previous_series, metric, days)
  const now = pointsOf(data.series, metric, days)
  // Both end together: the last point is compared with the last one of the period before.
  const shift = before.length - now.length
  return now.map((point, index) => {
    const other = before[index + shift]
    return {
      label: labelOf(point),
      tick: formatDay(point.from),
      value: point.value,
      before: other && { label: labelOf(other), value: other.value },
    }
  })
}

function labelOf(point: Point): string {
  return point.from === point.to
    ? formatDay(point.from, true)
    : `${formatDay(point.from)} – ${formatDay(point.to, true)}`
}

export function DashboardSkeleton() {
  return (
    <div className={classes.grid} role="status">
      <span className="visually-hidden">Loading</span>
      <Skeleton className={classes.sales} height={412} radius="lg" />
      <Skeleton className={classes.people} height={412} radius="lg" />
      <Skeleton className={classes.third} height={250} radius="lg" />
      <Skeleton className={classes.third} height={250} radius="lg" />
      <Skeleton className={classes.third} height={250} radius="lg" />
    </div>
  )
}
