import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Card, CardType, Programme } from './types.ts'

export const programmeColumns = sql`id, kind, name, unit_id as "unitId", is_default as "isDefault", settings, state, created_at as "createdAt"`

export function selectProgrammes(ctx: Ctx): Promise<Programme[]> {
  return ctx.db.query<Programme>(sql`
    select ${programmeColumns} from programmes where tenant_id = ${ctx.tenant.id} and state <> 'deleted' order by id`)
}

export async function insertProgramme(
  ctx: Ctx,
  programme: Omit<Programme, 'id' | 'createdAt' | 'state'>,
): Promise<Programme> {
  const [row] = await ctx.db.query<Programme>(sql`
    insert into programmes (tenant_id, kind, name, unit_id, is_default, settings)
    values (${ctx.tenant.id}, ${programme.kind}, ${programme.name}, ${programme.unitId}, ${programme.isDefault}, ${JSON.stringify(programme.settings)})
    returning ${programmeColumns}`)
  return row as Programme // an insert without conflict clause returns its row
}

export async function updateProgrammeRow(
  ctx: Ctx,
  programme: Pick<Programme, 'id' | 'name' | 'settings' | 'state'>,
): Promise<void> {
  await ctx.db.query(sql`
    update programmes set name = ${programme.name}, settings = ${JSON.stringify(programme.settings)}, state = ${programme.state}
     where tenant_id = ${ctx.tenant.id} and id = ${programme.id}`)
}

export function selectCardTypes(ctx: Ctx): Promise<CardType[]> {
  return ctx.db.query<CardType>(
    sql`select id, code, name, prefix from card_types where tenant_id = ${ctx.tenant.id} order by id`,
  )
}

export async function upsertCardType(ctx: Ctx, type: Omit<CardType, 'id'>): Promise<CardType> {
  const [row] = await ctx.db.query<CardType>(sql`
    insert into card_types (tenant_id, code, name, prefix) values (${ctx.tenant.id}, ${type.code}, ${type.name}, ${type.prefix})
    on conflict on constraint card_types_code_key do update set name = excluded.name, prefix = excluded.prefix
    returning id, code, name, prefix`)
  return row as CardType // an upsert returns its row
}

const cardColumns = sql`id, card_type_id as "cardTypeId", number, customer_id as "customerId", store_id as "storeId", state,
  valid_from as "validFrom", valid_to as "validTo", data, updated_at as "updatedAt"`

export interface CardQuery {
  readonly ids?: readonly number[]
  readonly customerId?: number
  readonly cardTypeId?: number
  readonly numbers?: readonly string[]
  /** A further number printed on the card. */
  readonly secondaryNumbers?: readonly string[]
  readonly state?: Card['state']
  /** Inside its days at this moment, or outside of them. */
  readonly validity?: { readonly at: Date; readonly valid: boolean }
  readonly orderBy?: keyof typeof cardOrders
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}

const cardOrders = {
  id: sql`id`,
  number: sql`number`,
  secondaryNumber: sql`data ->> 'secondaryNumber'`,
  customerId: sql`customer_id`,
  cardTypeId: sql`card_type_id`,
  storeId: sql`store_id`,
  state: sql`state`,
  validFrom: sql`valid_from`,
  validTo: sql`valid_to`,
  updatedAt: sql`updated_at`,
} as const

export async function selectCards(ctx: Ctx, query: CardQuery): Promise<{ items: Card[]; total: number }> {
  const where = sql`tenant_id = ${ctx.tenant.id}
    and (${query.customerId ?? null}::bigint is null or customer_id = ${query.customerId ?? null})
    and (${query.cardTypeId ?? null}::bigint is null or card_type_id = ${query.cardTypeId ?? null})
    and (${query.state ?? null}::text is null or state = ${query.state ?? null})
    and (${query.numbers ?? null}::text[] is null or number = any (${query.numbers ?? null}::text[]))
    and (${query.ids ?? null}::bigint[] is null or id = any (${query.ids ?? null}::bigint[]))
    and (${query.secondaryNumbers ?? null}::text[] is null or data ->> 'secondaryNumber' = any (${query.secondaryNumbers ?? null}::text[]))
    and (${query.validity?.valid ?? null}::boolean is null or ${query.validity?.valid ?? null} = (
      (valid_from is null or valid_from <= ${query.validity?.at ?? null}) and (valid_to is null or valid_to > ${query.validity?.at ?? null})))`
  const order = sql`${cardOrders[query.orderBy ?? 'id']} ${query.descending ? sql`desc` : sql`asc`} nulls last, id`
  const items = await ctx.db.query<Card>(
    sql`select ${cardColumns} from cards where ${where} order by ${order} offset ${query.offset} limit ${query.limit}`,
  )
  const [count] = await ctx.db.query<{ total: number }>(sql`select count(*)::bigint as total from cards where ${where}`)
  return { items, total: count?.total ?? 0 }
}

export async function selectCard(
  ctx: Ctx,
  by: { id: number } | { number: string },
  lock = false,
): Promise<Card | undefined> {
  const condition = 'id' in by ? sql`id = ${by.id}` : sql`number = ${by.number}`
  const rows = await ctx.db.query<Card>(
    sql`select ${cardColumns} from cards where tenant_id = ${ctx.tenant.id} and ${condition} ${lock ? sql`for update` : sql``}`,
  )
  return rows[0]
}

/** Any free card of a type; parallel calls pass over one that another has just taken. */
export async function selectFreeCard(ctx: Ctx, cardTypeId: number): Promise<Card | undefined> {
  const rows = await ctx.db.query<Card>(sql`
    select ${cardColumns} from cards where tenant_id = ${ctx.tenant.id} and card_type_id = ${cardTypeId} and customer_id is null and state = 'active'
     order by id limit 1 for update skip locked`)
  return rows[0]
}

export async function insertCard(ctx: Ctx, card: Omit<Card, 'id' | 'updatedAt'>): Promise<Card> {
  const [row] = await ctx.db.query<Card>(sql`
    insert into cards (tenant_id, card_type_id, number, customer_id, store_id, state, valid_from, valid_to, data)
    values (${ctx.tenant.id}, ${card.cardTypeId}, ${card.number}, ${card.customerId}, ${card.storeId}, ${card.state}, ${card.validFrom},
      ${card.validTo}, ${JSON.stringify(card.data)})
    returning ${cardColumns}`)
  return row as Card // as above
}

export async function updateCardRow(ctx: Ctx, card: Omit<Card, 'updatedAt'>): Promise<Card> {
  const [row] = await ctx.db.query<Card>(sql`
    update cards set card_type_id = ${card.cardTypeId}, number = ${card.number}, customer_id = ${card.customerId}, store_id = ${card.storeId},
      state = ${card.state}, valid_from = ${card.validFrom}, valid_to = ${card.validTo}, data = ${JSON.stringify(card.data)}, updated_at = now()
     where tenant_id = ${ctx.tenant.id} and id = ${card.id} returning ${cardColumns}`)
  return row as Card // the caller has locked the row
}

export async function moveCards(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update cards set customer_id = ${move.intoId}, updated_at = now()
     where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId} returning id`)
  return rows.map((row) => row.id)
}

export async function restoreCards(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  await ctx.db.query(sql`
    update cards set customer_id = ${move.intoId}, updated_at = now() where tenant_id = ${ctx.tenant.id} and id = any (${move.ids}::bigint[])`)
}
