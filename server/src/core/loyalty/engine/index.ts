/**
 * The engine answers what a purchase gets cheaper by and what it earns. It is pure: all that it looks at is in the
 * question, and nothing but the outcome comes of it (docs/decisions/0006-rules-are-data.md).
 */
export { endOf, localTime, periodStart } from './calendar.ts'
export { readRewardDefinition, readRuleDefinition } from './definition.ts'
export { evaluate } from './evaluate.ts'
export { type FactsNeeded, factsNeeded, type UsageNeeded } from './facts.ts'
export { roomOf } from './limits.ts'
export { dayRange } from './sense.ts'
export type * from './types.ts'
