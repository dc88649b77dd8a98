import { type Ctx, transact } from '../../platform/ctx.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { audit, forgetCorrespondence, revokeTokensOfCustomer } from '../accounts/index.ts'
import { forgetAudience } from '../audience/index.ts'
import { forgetConsent, suppressErased } from '../consent/index.ts'
import { type Customer, type CustomerId, forgetCustomer } from '../customers/index.ts'
import { forgetBehaviour } from '../events/index.ts'
import { forgetFiles } from '../files/index.ts'
import { forgetTierNotes, forgetVoucherNotes, listCards, updateCard } from '../loyalty/index.ts'
import { forgetMerges } from '../merging/index.ts'
import { forgetMessages } from '../messaging/index.ts'
import { forgetNotes } from '../purchases/index.ts'

/**
 * Removes the person: identities, names, addresses, lists, statements, devices, carts, the text of messages, codes, and
 * answers kept for retries; what was done stays as nobody's, and purchases and vouchers without what was noted beside
 * them; cards are blocked, tokens revoked, the addresses suppressed by hash. Purchases, postings and balances stay, pointing at a customer without a name.
 * Also whoever was merged into the customer. It cannot be undone. Refuses customer.not_found, customer.erased.
 */
export function eraseCustomer(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { customer, ids } = await forgetCustomer(ctx, id)
    // From here it must succeed.
    const addresses = addressesOf(customer)
    await suppressErased(ctx, addresses)
    await forgetConsent(ctx, ids)
    await forgetAudience(ctx, ids)
    const about = { customerIds: ids, addresses: addresses.map((one) => one.address) }
    await forgetMessages(ctx, about)
    await forgetCorrespondence(ctx, about)
    await forgetMerges(ctx, ids)
    await forgetBehaviour(ctx, ids)
    await forgetNotes(ctx, ids)
    await forgetFiles(ctx, ids)
    await forgetVoucherNotes(ctx, ids)
    await forgetTierNotes(ctx, ids)
    for (const one of ids) await endAccess(ctx, one)
    await emitChanges(
      ctx,
      ids.map((one) => ({ entity: 'customer', entityId: one, customerId: one, operation: 'erased' })),
    )
    await audit(ctx, { action: 'customer.erased', entity: 'customer', entityId: customer.id })
  })
}

function addressesOf(customer: Customer): { channel: 'email' | 'sms'; address: string }[] {
  return customer.identities.flatMap(({ kind, value }) =>
    kind === 'email' || kind === 'phone'
      ? [{ channel: kind === 'email' ? ('email' as const) : ('sms' as const), address: value }]
      : [],
  )
}

async function endAccess(ctx: Ctx, customerId: CustomerId): Promise<void> {
  await revokeTokensOfCustomer(ctx, customerId)
  const { items } = await listCards(ctx, { customerId, offset: 0, limit: 1_000 })
  for (const card of items) await updateCard(ctx, { id: card.id, state: 'blocked' })
}
