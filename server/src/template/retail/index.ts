import { defineAttribute } from '../../core/customers/index.ts'
import { putReferenceItems } from '../../core/organisations/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import type { Places } from '../places.ts'
import { fillAudience } from './audience.ts'
import { fillCatalogue } from './catalogue.ts'
import { fillLoyalty } from './loyalty.ts'
import { customerProperties, referenceItems } from './reference.ts'
import { fillRewards } from './rewards.ts'

/** Everything that the README's first calls through each way in need, and nothing that has a person in it. */
export function fillRetail(ctx: Ctx, places: Places): Promise<void> {
  return transact(ctx, async (ctx) => {
    await putReferenceItems(ctx, referenceItems(ctx.tenant))
    for (const { code, name, attributeType, choices } of customerProperties) {
      await defineAttribute(ctx, { name: code, label: name, type: attributeType, choices })
    }
    await fillLoyalty(ctx, places)
    await fillRewards(ctx)
    await fillCatalogue(ctx, places)
    await fillAudience(ctx)
  })
}
