/** Read models over all slices: the dashboard's figures, a customer's timeline and figures. They write nothing. */
export { customerFigures } from './customer-views.ts'
export { dashboard } from './dashboard.ts'
export { timeline } from './timeline.ts'
export type {
  CustomerFigures,
  Dashboard,
  DashboardQuery,
  DayFigures,
  PeriodFigures,
  TimelineEntry,
  TimelineKind,
  TimelineQuery,
} from './types.ts'
