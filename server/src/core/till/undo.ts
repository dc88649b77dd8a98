import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { audit } from '../accounts/index.ts'
import { lockLiving } from '../customers/index.ts'
import { applyOperation, type Balance, balancesOf, listPostings, type StatementEntry } from '../ledger/index.ts'
import { takeRewardBack } from '../loyalty/index.ts'
import { getPurchaseDetails, listPurchases, type Purchase, recordPurchase } from '../purchases/index.ts'
import { space } from './quote.ts'

/** A sale is taken back soon or not at all here: so many later ones, and postings, are looked through. */
const latest = { purchases: 50, postings: 300 } as const

/**
 * Takes a whole sale back: the purchase is cancelled, entries and takings are reversed by postings of their own, and rewards are given
 * back. Refuses purchase.not_found where the customer has no such sale among the latest, purchase.already_cancelled,
 * purchase.not_ours where another system told of it, too.
 */
export function undoSale(ctx: Ctx, of: { key: string; customerId: number }): Promise<readonly Balance[]> {
  return transact(ctx, async (ctx) => {
    const customerId = await lockLiving(ctx, of.customerId)
    const isOfSale = (data: Readonly<Record<string, unknown>> | null) => data?.tillSale === of.key
    const { items } = await listPurchases(ctx, { customerId, kind: 'sale', limit: latest.purchases })
    const purchase = items.find(({ data }) => isOfSale(data))
    const postings = (await listPostings(ctx, { customerId, limit: latest.postings })).filter(({ data }) =>
      isOfSale(data),
    )
    if (!purchase && postings.length === 0) throw new DomainError('purchase.not_found', { key: of.key })
    if (purchase) await cancel(ctx, purchase)
    for (const posting of postings) await reverse(ctx, posting, customerId)
    await audit(ctx, { action: 'till_sale.undone', entity: 'customer', entityId: customerId, data: { key: of.key } })
    return balancesOf(ctx, customerId)
  })
}

async function cancel(ctx: Ctx, sale: Purchase): Promise<void> {
  const { reports } = await getPurchaseDetails(ctx, sale.id)
  if (reports.some((report) => report.space !== space)) throw new DomainError('purchase.not_ours', { id: sale.id })
  await recordPurchase(ctx, {
    space,
    kind: 'cancellation',
    number: `${sale.number.slice(0, 250)}-X`,
    cancelsNumber: sale.number,
    source: 'till',
    confirmed: true,
    customerId: sale.customerId ?? undefined,
    storeId: sale.storeId ?? undefined,
    currency: sale.currency,
    totalMinor: sale.totalMinor,
    occurredAt: ctx.clock.now(),
    onKnownNumber: 'refuse',
  })
}

/** A reward's posting paid for its voucher, which goes with it. */
async function reverse(ctx: Ctx, posting: StatementEntry, customerId: number): Promise<void> {
  const voucherId = posting.data?.voucherId
  if (typeof voucherId === 'number') {
    if (posting.kind === 'spend') await takeRewardBack(ctx, voucherId)
    return
  }
  if (posting.kind !== 'earn' && posting.kind !== 'spend') return
  await applyOperation(ctx, {
    kind: 'reverse',
    key: `${posting.key}:undone`,
    reverses: posting.key,
    unitId: posting.unitId,
    customerId,
    ...(posting.programmeId === null ? {} : { programmeId: posting.programmeId }),
  })
}
