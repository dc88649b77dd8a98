import { listLists, memberIds } from '../../core/audience/index.ts'
import { sendMessage } from '../../core/messaging/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { formatMinor } from '../../platform/money.ts'
import { at } from './clock.ts'
import type { Crowd } from './life.ts'
import { type InventedSale, totalOf } from './sales.ts'

const dayMs = 86_400_000

/** A mailing of last week, and a thank-you for each of the latest orders. */
export async function writeToPeople(ctx: Ctx, crowd: Crowd, sales: readonly InventedSale[]): Promise<void> {
  await sendMailing(ctx, crowd)
  const orders = sales.filter((sale) => sale.store === undefined && sale.person !== undefined).slice(-80)
  for (const [index, sale] of orders.entries()) {
    const [person, customerId] = [crowd.people[sale.person ?? 0], crowd.customerIds[sale.person ?? 0]]
    if (!person) continue
    const total = `€${formatMinor(totalOf(sale.lines), 2)}`
    const lines = sale.lines.map(({ product, quantity }) => `${quantity} × ${product.name}`)
    await sendMessage(at(ctx, sale.at), {
      key: `demo:order:${index}`,
      channel: 'email',
      purpose: 'transactional',
      customerId,
      to: person.email,
      subject: `Thank you for your order, ${person.firstName}`,
      text: [`Hello ${person.firstName},`, '', 'we are packing for you:', ...lines, '', `Total ${total}`].join('\n'),
    })
  }
}

async function sendMailing(ctx: Ctx, crowd: Crowd): Promise<void> {
  const [list] = await listLists(ctx)
  if (!list) return
  const active = new Set(await memberIds(ctx, { listId: list.id, state: 'active', limit: 1_000 }))
  const lastWeek = at(ctx, new Date(ctx.clock.now().getTime() - 7 * dayMs))
  for (const [index, customerId] of crowd.customerIds.entries()) {
    const person = crowd.people[index]
    if (!person || !active.has(customerId)) continue
    await sendMessage(lastWeek, {
      key: `demo:mailing:${customerId}`,
      channel: 'email',
      purpose: 'bulk',
      customerId,
      listId: list.id,
      to: person.email,
      subject: 'Warm light for long evenings',
      text: `Hello ${person.firstName},\n\nour new candles are here, and your points are good for them.`,
    })
  }
}
