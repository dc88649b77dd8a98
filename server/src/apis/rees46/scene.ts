import type { EventInput } from '../../core/events/index.ts'
import { type Item, withoutUndefined } from './decode.ts'

/** Who did it, where, and what is the same for all events of a call. */
export interface Scene {
  readonly customerId: number
  readonly deviceId: number | null
  readonly session: string | null
  readonly context: Readonly<Record<string, unknown>>
}

export function itemEvents(
  type: string,
  items: readonly Item[],
  scene: Scene,
  more: Readonly<Record<string, unknown>> = {},
): EventInput[] {
  return items.map((item) => ({
    ...plainEvent(
      type,
      { ...more, price: item.price, available: item.available, line_id: item.lineId, fashion_size: item.fashionSize },
      scene,
    ),
    productCode: item.id,
    quantity: item.quantity ?? null,
  }))
}

export function plainEvent(type: string, data: Readonly<Record<string, unknown>>, scene: Scene): EventInput {
  const { customerId, deviceId, session, context } = scene
  return { type, customerId, deviceId, session, data: withoutUndefined({ ...context, ...data }) }
}
