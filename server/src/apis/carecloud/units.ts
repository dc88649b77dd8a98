import { listUnits, type Unit } from '../../core/ledger/index.ts'
import type { Ctx } from '../../platform/ctx.ts'

export function isPoints(unit: Unit): boolean {
  return unit.kind === 'points'
}

/** Credit is the money that pays anywhere: one unit a currency. Money bound to a gift card or a reward is not. */
export function isCredit(unit: Unit): boolean {
  return unit.kind === 'money' && unit.isDefault
}

export async function unitsThat(ctx: Ctx, counts: (unit: Unit) => boolean): Promise<Unit[]> {
  return (await listUnits(ctx)).filter(counts)
}
