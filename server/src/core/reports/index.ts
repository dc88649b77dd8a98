/** Read models over all slices: the dashboard's figures, a customer's timeline, figures and row. They write nothing. */
export type { Phrase, Piece, Place } from './customer-search-views.ts'
export {
  feedEnds,
  getCustomerSheets,
  isLater,
  type NumberPart,
  newCustomersIn,
  newestCustomers,
  placeInFeed,
  startOfFeed,
  walkChangedCustomers,
  walkCustomers,
  walkFound,
  walkHolders,
} from './customer-sheet.ts'
export { customerFigures } from './customer-views.ts'
export { dashboard } from './dashboard.ts'
export { type ListFigures, listFigures } from './list-views.ts'
export {
  activityByDay,
  latestPostings,
  mostActive,
  programmesOf,
  programmeTotals,
  walkPostings,
} from './posting-sheet.ts'
export { timeline } from './timeline.ts'
export type {
  Activity,
  CustomerFigures,
  CustomerSheet,
  Dashboard,
  DashboardQuery,
  DayFigures,
  PeriodFigures,
  PostingSheet,
  ProgrammeTotals,
  TimelineEntry,
  TimelineKind,
  TimelineQuery,
} from './types.ts'
