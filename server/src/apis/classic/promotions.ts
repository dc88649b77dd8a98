import { type EarningRule, listEarningRules, type Programme, type RuleDefinition } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { localTime, readDay, readLocalTime, startOfDay } from '../http/times.ts'
import { type Fields, findText, refuse } from './decode.ts'
import { type Element, element } from './encode.ts'
import type { Readers } from './listing.ts'

/** A promotion is an earning rule that counts for an activity that names it. */
export async function promotionsOf(ctx: Ctx, programme: Programme): Promise<EarningRule[]> {
  const { items } = await listEarningRules(ctx, {
    states: ['active'],
    onRequest: true,
    unitId: programme.unitId,
    offset: 0,
    limit: 1000,
  })
  return items
}

/** Their text, whether they multiply (x) or add (+), and by how much. */
export const promotionReaders: Readers<EarningRule> = {
  promotion: (rule) => rule.name,
  operation: ({ definition: { earning } }) => (earning.kind === 'multiply' ? 'x' : '+'),
  multiplier: ({ definition: { earning } }) => String(earning.kind === 'multiply' ? earning.factor : earning.amount),
}

export function encodePromotion(ctx: Ctx, rule: EarningRule, status?: string): Element {
  const { earning } = rule.definition
  const { timeZone } = ctx.tenant
  return element(
    {
      id: rule.id,
      operand: earning.kind === 'multiply' ? 'multiply' : 'add',
      value: earning.kind === 'multiply' ? earning.factor : earning.amount,
      description: rule.name,
      promo_custom_id: rule.code ?? null,
      promo_start_date: rule.validFrom ? localTime(rule.validFrom, timeZone) : null,
      // The last second in which it counts.
      promo_end_date: rule.validTo ? localTime(new Date(rule.validTo.getTime() - 1000), timeZone) : null,
    },
    status,
  )
}

/** The calls' words, and those that lists have for the same. */
const requestNames = {
  description: ['promo_description', 'description'],
  customId: ['promo_custom_id'],
  start: ['promo_start_date'],
  end: ['promo_end_date'],
  operation: ['promo_operation', 'promo_operand', 'operand'],
  amount: ['promo_amount', 'promo_amount', 'value'],
} as const

/** A change may have `new_` before each name. */
function findPromo(
  fields: Fields,
  part: keyof typeof requestNames,
  options: { isChange: boolean },
): string | undefined {
  const plain: readonly string[] = requestNames[part]
  const names = options.isChange ? [...plain.map((one) => `new_${one}`), ...plain] : plain
  const given = names.find((one) => fields.has(one))
  return given && findText(fields, given)
}

export interface PromotionChange {
  readonly name?: string
  readonly code?: string
  readonly validFrom?: Date
  readonly validTo?: Date
  readonly definition?: RuleDefinition
}

/** Adds so many points, or multiplies what the amount earns. */
export function decodePromotion(
  ctx: Ctx,
  fields: Fields,
  options: { isChange: boolean; before?: EarningRule },
): PromotionChange {
  const { timeZone } = ctx.tenant
  const name = findPromo(fields, 'description', options)
  const code = findPromo(fields, 'customId', options)
  const [start, end] = [findPromo(fields, 'start', options), findPromo(fields, 'end', options)]
  const operation = findPromo(fields, 'operation', options)
  const amount = findPromo(fields, 'amount', options)
  const changes = operation !== undefined || amount !== undefined
  return {
    ...(name === undefined ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(start === undefined ? {} : { validFrom: readStart(start, timeZone) }),
    ...(end === undefined ? {} : { validTo: readEnd(end, timeZone) }),
    ...(changes ? { definition: decodeDefinition(operation, amount, options.before) } : {}),
  }
}

function readStart(text: string, timeZone: string): Date {
  return readLocalTime(text, timeZone) ?? refuse('promo_start_date', 'must be as YYYY-MM-DD HH:MM:SS')
}

/** The last day, or the last second. */
function readEnd(text: string, timeZone: string): Date {
  const day = readDay(text)
  if (day) return startOfDay(day, timeZone, 1)
  const second = readLocalTime(text, timeZone) ?? refuse('promo_end_date', 'must be as YYYY-MM-DD HH:MM:SS')
  return new Date(second.getTime() + 1000)
}

function decodeDefinition(
  operand: string | undefined,
  value: string | undefined,
  before: EarningRule | undefined,
): RuleDefinition {
  const earning = before?.definition.earning
  const word = operand?.toLowerCase() ?? (earning?.kind === 'multiply' ? 'multiply' : 'add')
  const known = earning?.kind === 'multiply' ? earning.factor : earning?.kind === 'fixed' ? earning.amount : undefined
  const text = value ?? (known === undefined ? undefined : String(known))
  if (text === undefined) return refuse('promo_amount', 'is required')
  const number = /^\d{1,9}([.,]\d{1,4})?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN
  if (word === 'multiply' || word === '*' || word === 'x') {
    if (!(number > 1 && number <= 100))
      return refuse('promo_amount', 'must be more than 1 to multiply, and 100 at most')
    return { conditions: [], earning: { kind: 'multiply', factor: number, rounding: 'down' } }
  }
  if (word !== 'add' && word !== '+') return refuse('promo_operation', 'must be x or +')
  if (!Number.isInteger(number) || number < 1) return refuse('promo_amount', 'must be a whole number of points')
  return { conditions: [], earning: { kind: 'fixed', amount: number } }
}
