/** Read models over all slices: the dashboard's figures and a customer's timeline. They write nothing. */
export { dashboard } from './dashboard.ts'
export { timeline } from './timeline.ts'
export type {
  Dashboard,
  DashboardQuery,
  DayFigures,
  PeriodFigures,
  TimelineEntry,
  TimelineKind,
  TimelineQuery,
} from './types.ts'
