import { findCardByNumber } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Fields, findInteger, findText, refuse } from './decode.ts'

const maxDraws = 50
/** The least that is drawn: fewer would run out at once. */
const fewestDrawn = 3

/** How many digits a number is asked to have. */
export function findCardDigits(fields: Fields, field: string): number | undefined {
  return findInteger(fields, field, { min: 4, max: 30 })
}

/** A number that no card has, of so many digits with the prefix and suffix that are sent. `field` is the one that says how many. */
export async function drawCardNumber(ctx: Ctx, fields: Fields, of: { digits: number; field: string }): Promise<string> {
  const [prefix, suffix] = [findAffix(fields, 'card_number_prefix'), findAffix(fields, 'card_number_suffix')]
  const drawn = of.digits - prefix.length - suffix.length
  if (drawn < fewestDrawn) return refuse(of.field, `must be ${fewestDrawn} more than the prefix and the suffix have`)
  for (let draw = 0; draw < maxDraws; draw++) {
    const number = prefix + ctx.random.digits(drawn) + suffix
    if (!(await findCardByNumber(ctx, number))) return number
  }
  return refuse(of.field, 'leaves no number that is free')
}

function findAffix(fields: Fields, name: string): string {
  const text = findText(fields, name, { max: 30 }) ?? ''
  return /^\d*$/.test(text) ? text : refuse(name, 'must be digits')
}
