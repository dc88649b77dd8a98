import { listUnits } from '../../core/ledger/index.ts'
import type { Ctx } from '../../platform/ctx.ts'

/**
 * A currency has no row of its own anywhere: its three letters are the number behind its opaque id, so that every
 * currency there is can be named.
 */
export function currencyId(ctx: Ctx, code: string): string {
  const number = [...code].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - firstLetter, 0)
  return ctx.ids.hex('currency', ctx.tenant.id, number)
}

const firstLetter = 'A'.charCodeAt(0)

/** The code behind the number of a currency's id. */
export function currencyOf(number: number): string {
  const letters = [Math.floor(number / 676) % 26, Math.floor(number / 26) % 26, number % 26]
  return String.fromCharCode(...letters.map((letter) => letter + firstLetter))
}

/** The tenant's own currency first, then those of its money units and the ones that tills commonly take. */
export async function knownCurrencies(ctx: Ctx): Promise<string[]> {
  const units = await listUnits(ctx)
  return [...new Set([ctx.tenant.currency, ...units.flatMap((unit) => unit.currency ?? []), ...common])]
}

const common = ['EUR', 'CZK', 'PLN', 'HUF', 'GBP', 'USD', 'CHF']
