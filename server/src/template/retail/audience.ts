import { createList, createSegment } from '../../core/audience/index.ts'
import { putReferenceItem } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'

/** A list that people join by confirming a message, the form that leads into it, and a segment filled by hand. */
export async function fillAudience(ctx: Ctx): Promise<void> {
  const list = await createList(ctx, {
    name: 'Newsletter',
    description: 'News and offers, about twice a month.',
    settings: { doubleOptIn: true, sender: { name: ctx.tenant.name, email: 'news@shop.example' } },
  })
  await putReferenceItem(ctx, {
    kind: 'list_form',
    code: 'newsletter',
    name: 'Newsletter sign-up',
    data: {
      listId: list.id,
      doubleOptIn: true,
      subscribeSubject: 'Please confirm your subscription',
      unsubscribeSubject: 'Please confirm that you want to leave',
    },
  })
  await createSegment(ctx, { name: 'Regulars' })
}
