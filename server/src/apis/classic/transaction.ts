import type { StatementEntry, Unit } from '../../core/ledger/index.ts'
import type { Purchase } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, formatMinor } from '../../platform/money.ts'
import { localTime } from '../http/times.ts'
import { formatAmount } from './campaigns.ts'
import { type Element, type Entries, element } from './encode.ts'
import { encodeTransactionFields } from './transaction-fields.ts'

/** The authorization is the text the cashier gave, else the number of the purchase that earned. */
export function encodeTransaction(
  ctx: Ctx,
  of: { entry: StatementEntry; unit: Unit; purchase: Purchase | undefined },
): Element {
  const { entry, unit, purchase } = of
  const given = purchase?.data.authorization
  const time = localTime(entry.occurredAt, ctx.tenant.timeZone)
  return element({
    id: entry.id,
    date: time.slice(0, 10),
    record_timestamp: time,
    redeemed: isRedemption(entry) ? 'R' : null,
    authorization: entry.note ?? (typeof given === 'string' ? given : (purchase?.number ?? null)),
    amount: formatAmount(entry.amount, unit),
    amount_number: formatAmount(entry.amount, unit),
    amount_type: unit.kind === 'money' ? '$' : null,
    original_amount: originalAmount(ctx, { data: entry.data, purchase }),
    ...encodeItemName(unit),
    ...encodeTransactionFields(purchase?.data.customFields ? purchase.data : entry.data),
  })
}

export function isRedemption({ kind }: Pick<StatementEntry, 'kind'>): boolean {
  return kind === 'spend' || kind === 'capture'
}

/** Money spent before it became points. */
function originalAmount(ctx: Ctx, of: { data: StatementEntry['data']; purchase: Purchase | undefined }): string | null {
  const { data, purchase } = of
  if (purchase) return formatMinor(purchase.totalMinor, currencyScale(purchase.currency))
  const told = data?.originalAmountMinor
  return typeof told === 'number' ? formatMinor(told, currencyScale(ctx.tenant.currency)) : null
}

/** Which item pieces are of. */
export function encodeItemName(unit: Unit): Entries {
  return unit.kind === 'items' ? { service_product: unit.name } : {}
}
