import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import classes from './trend-chart.module.css'

export interface TrendPoint {
  readonly label: string
  readonly value: number
  readonly before?: { readonly label: string; readonly value: number }
}

interface TrendChartProps {
  readonly name: string
  readonly points: readonly TrendPoint[]
  readonly tickLabels: readonly string[]
  readonly height: number
  readonly shape: 'area' | 'bars'
  readonly tint: 'brand' | 'points'
  readonly format: (value: number) => string
  readonly formatAxis: (value: number) => string
  /** A level is shown from near its lowest value, amounts from zero. */
  readonly fromZero?: boolean
}

/** One measure over time, with the period before as a dashed line, and a card that follows the pointer. */
export function TrendChart(props: TrendChartProps) {
  const { name, points, height, format } = props
  const box = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colour scheme changes the colours that are read from the style sheet
  useEffect(() => {
    if (!box.current) return
    return draw(box.current, props)
  }, [props.points, props.format, height, scheme])

  const last = points.at(-1)
  const summary = last ? `${name}, ${points.length} points, the last ${last.label}: ${format(last.value)}` : name
  return <div ref={box} className={classes.box} style={{ height }} role="img" aria-label={summary} />
}

function draw(box: HTMLDivElement, props: TrendChartProps): () => void {
  const { points, height } = props
  const colours = readColours(box, props.tint)
  const card = document.createElement('div')
  card.className = classes.card ?? ''
  const chart = new UPlot(
    {
      width: box.clientWidth,
      height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 8, fill: colours.line, width: 0 }, drag: { x: false, y: false } },
      scales: { x: { time: false, range: xRange(props) }, y: { range: yRange(props) } },
      axes: axesOf(props, colours, box.clientWidth),
      series: [{}, beforeSeries(props, colours), nowSeries(props, colours)],
      hooks: { setCursor: [(self) => placeCard(self, card, props)] },
    },
    [
      points.map((_, index) => index),
      points.map((point) => point.before?.value ?? null),
      points.map((point) => point.value),
    ] as UPlot.AlignedData,
    box,
  )
  chart.over.append(card)
  const observer = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height }))
  observer.observe(box)
  return () => {
    observer.disconnect()
    chart.destroy()
  }
}

interface Colours {
  readonly line: string
  readonly before: string
  readonly grid: string
  readonly text: string
  readonly font: string
}

function readColours(box: HTMLElement, tint: 'brand' | 'points'): Colours {
  const style = getComputedStyle(box)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    line: read(tint === 'brand' ? '--brand' : '--points'),
    before: read('--chart-before'),
    grid: read('--line-soft'),
    text: read('--ink-3'),
    font: `11px ${style.fontFamily}`,
  }
}

/** Bars need half a place more on either side. */
function xRange({ shape, points }: TrendChartProps): [number, number] {
  const room = shape === 'bars' || points.length === 1 ? 0.6 : 0
  return [-room, points.length - 1 + room]
}

function yRange({ fromZero = true }: TrendChartProps) {
  return (_: UPlot, low: number | null, high: number | null): [number, number] => {
    const top = high ?? 0
    const bottom = fromZero ? Math.min(low ?? 0, 0) : (low ?? 0)
    const room = (top - bottom) * 0.12 || Math.max(Math.abs(top) * 0.1, 1)
    return [fromZero && bottom === 0 ? 0 : bottom - room, top + room]
  }
}

/** Everything counted here is whole: half a customer on an axis would only puzzle. */
const wholeSteps = Array.from({ length: 14 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

function axesOf(props: TrendChartProps, colours: Colours, width: number): UPlot.Axis[] {
  const look = { stroke: colours.text, font: colours.font, ticks: { show: false } }
  const fit = Math.max(2, Math.floor(width / 92))
  const count = props.points.length
  const every = Math.max(1, Math.ceil(count / fit))
  // A label is centred on its point; half of one that stands at the very end would be cut off.
  const hasRoom = (index: number) => props.shape === 'bars' || index < count - 1 - (count * 26) / width
  const labelled = (index: number) => index % every === Math.floor(every / 2) && hasRoom(index)
  return [
    {
      ...look,
      size: 28,
      gap: 8,
      grid: { show: false },
      splits: () => props.points.map((_, index) => index).filter(labelled),
      values: (_, splits) => splits.map((index) => props.tickLabels[index] ?? ''),
    },
    {
      ...look,
      size: (_self, values) => Math.max(30, ...(values ?? []).map((value) => value.length * 6.6 + 10)),
      gap: 6,
      space: 44,
      incrs: wholeSteps,
      grid: { stroke: colours.grid, width: 1 },
      values: (_, splits) => splits.map((value) => props.formatAxis(value)),
    },
  ]
}

function beforeSeries({ shape }: TrendChartProps, colours: Colours): UPlot.Series {
  // Behind bars, a line would be read as their trend: a pale histogram stands behind them instead.
  if (shape === 'bars') {
    const bars = UPlot.paths.bars?.({ size: [1, 200] })
    return { stroke: 'transparent', width: 0, fill: `${colours.before}4d`, paths: bars, points: { show: false } }
  }
  return { stroke: colours.before, width: 1.5, dash: [4, 4], points: { show: false }, spanGaps: true }
}

function nowSeries({ shape, points }: TrendChartProps, colours: Colours): UPlot.Series {
  if (shape === 'bars') {
    const bars = UPlot.paths.bars?.({ size: [0.62, 22], radius: 0.25 })
    return { stroke: 'transparent', width: 0, fill: colours.line, paths: bars, points: { show: false } }
  }
  return {
    stroke: colours.line,
    width: 2,
    fill: (self) => fade(self, colours.line),
    points: { show: points.length === 1 },
    paths: UPlot.paths.spline?.(),
  }
}

function fade(self: UPlot, colour: string): CanvasGradient {
  const gradient = self.ctx.createLinearGradient(0, self.bbox.top, 0, self.bbox.top + self.bbox.height)
  gradient.addColorStop(0, `${colour}2e`)
  gradient.addColorStop(1, `${colour}00`)
  return gradient
}

function placeCard(self: UPlot, card: HTMLElement, { points, format }: TrendChartProps): void {
  const point = self.cursor.idx == null ? undefined : points[self.cursor.idx]
  card.hidden = !point
  if (!point) return
  const rows = [row(point.label, format(point.value), true)]
  if (point.before) rows.push(row(point.before.label, format(point.before.value), false))
  card.replaceChildren(...rows)
  const left = self.valToPos(self.cursor.idx ?? 0, 'x')
  const room = self.over.clientWidth
  const beside = left + 12 + card.offsetWidth > room ? left - card.offsetWidth - 12 : left + 12
  card.style.transform = `translate(${Math.max(0, beside)}px, 4px)`
}

function row(label: string, value: string, now: boolean): HTMLElement {
  const line = document.createElement('div')
  line.className = (now ? classes.now : classes.before) ?? ''
  const name = document.createElement('span')
  name.textContent = label
  const amount = document.createElement('b')
  amount.textContent = value
  line.append(name, amount)
  return line
}
