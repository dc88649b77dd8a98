import { type EarningRule, listEarningRules, type Programme, type RuleDefinition } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { localDay, nextDay, readDay, startOfDay } from '../http/times.ts'
import { type Fields, findText, refuse } from './decode.ts'
import { type Element, element } from './encode.ts'

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
      promo_start_date: rule.validFrom ? localDay(rule.validFrom, timeZone) : null,
      // The last day on which it counts, as it was given.
      promo_end_date: rule.validTo ? nextDay(localDay(rule.validTo, timeZone), -1) : null,
    },
    status,
  )
}

/** A field of a promotion goes by its own name, by that with `promo_`, and on a change by either after `new_`. */
function findPromo(fields: Fields, name: string, options: { isChange: boolean }): string | undefined {
  const plain = [name, `promo_${name}`]
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
  const code = findPromo(fields, 'custom_id', options)
  const [start, end] = [findPromo(fields, 'start_date', options), findPromo(fields, 'end_date', options)]
  const operand = findPromo(fields, 'operand', options)
  const value = findPromo(fields, 'value', options)
  const changes = operand !== undefined || value !== undefined
  return {
    ...(name === undefined ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(start === undefined ? {} : { validFrom: startOfDay(readPromoDay(start, 'promo_start_date'), timeZone) }),
    ...(end === undefined ? {} : { validTo: startOfDay(readPromoDay(end, 'promo_end_date'), timeZone, 1) }),
    ...(changes ? { definition: decodeDefinition(operand, value, options.before) } : {}),
  }
}

function readPromoDay(text: string, field: string): string {
  return readDay(text) ?? refuse(field, 'must be a date as YYYY-MM-DD')
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
  if (text === undefined) return refuse('promo_value', 'is required')
  const number = /^\d{1,9}([.,]\d{1,4})?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN
  if (word === 'multiply' || word === '*' || word === 'x') {
    if (!(number > 1 && number <= 1000))
      return refuse('promo_value', 'must be more than 1 to multiply, and 1000 at most')
    return { conditions: [], earning: { kind: 'multiply', factor: number, rounding: 'down' } }
  }
  if (word !== 'add' && word !== '+') return refuse('promo_operand', 'must be add or multiply')
  if (!Number.isInteger(number) || number < 1) return refuse('promo_value', 'must be a whole number of points')
  return { conditions: [], earning: { kind: 'fixed', amount: number } }
}
