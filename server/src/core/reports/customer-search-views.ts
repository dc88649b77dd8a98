import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'

/** Where a customer's data are kept: name and code, e-mail and other identities, cards, addresses, attributes. */
export type Place = 'name' | 'identity' | 'card' | 'address' | 'attribute'

/** Part of a customer's data in lower case, and where it may be; everywhere unless told. */
export interface Piece {
  readonly text: string
  readonly places?: readonly Place[]
}

/** Groups of pieces: whoever has all pieces of one group is found. */
export type Phrase = readonly (readonly Piece[])[]

/**
 * Who has all pieces of a group in their data, in any case, by id, from `after` on. Found as a whole before a page of it is taken: the
 * plan for a page alone reads the tenant's customers in their order until it is full (measured: two seconds instead of 20 ms).
 */
export async function selectIdsByPhrase(
  ctx: Ctx,
  query: { phrase: Phrase; after: number; limit: number },
): Promise<number[]> {
  const groups = query.phrase.map((pieces) => {
    const each = pieces.map((piece) => sql`(${holdersOf(ctx, piece)})`)
    return sql`(${joinSql(each, ' intersect ')})`
  })
  const rows = await ctx.db.query<{ id: number }>(sql`
    with ${attributesOf(ctx, query.phrase)}, found (id) as materialized (${joinSql(groups, ' union ')})
    select distinct id from found where id > ${query.after} order by id limit ${query.limit}`)
  return rows.map(({ id }) => id)
}

const places: readonly Place[] = ['name', 'identity', 'card', 'address', 'attribute']
const placesOf = (piece: Piece): readonly Place[] => piece.places ?? places
const pattern = ({ text }: Piece): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

// Attributes have no index of their parts: it would be written with every change of them, whoever changes what. They are looked
// through once for all pieces, and only where they are asked for (measured with a million customers on a busy machine: six of the
// seven seconds that a phrase over all fields takes; to put every customer on a row and look there took 83).
function attributesOf(ctx: Ctx, phrase: Phrase): Sql {
  const patterns = phrase.flat().flatMap((piece) => (placesOf(piece).includes('attribute') ? [pattern(piece)] : []))
  return sql`noted as materialized (
    select id, lower(attributes::text) as text from customers
     where tenant_id = ${ctx.tenant.id} and ${patterns.length > 0} and attributes <> '{}'
       and lower(attributes::text) like any(${patterns}))`
}

// A union, so that each part is found by its own trigram index.
function holdersOf(ctx: Ctx, piece: Piece): Sql {
  return joinSql(
    placesOf(piece).map((place) => selections[place](ctx.tenant.id, pattern(piece))),
    ' union all ',
  )
}

const selections: Readonly<Record<Place, (tenantId: number, part: string) => Sql>> = {
  name: (tenantId, part) => sql`
    select id from customers
     where tenant_id = ${tenantId}
       and lower(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(company_name, '') || ' ' || code)
           like ${part}`,
  identity: (tenantId, part) => sql`
    select customer_id from identities where tenant_id = ${tenantId} and value ilike ${part}
    union all
    select customer_id from identities where tenant_id = ${tenantId} and display <> value and display ilike ${part}`,
  card: (tenantId, part) => sql`
    select customer_id from cards where tenant_id = ${tenantId} and customer_id is not null and number ilike ${part}`,
  address: (tenantId, part) => sql`
    select customer_id from customer_addresses
     where tenant_id = ${tenantId}
       and lower(coalesce(line1, '') || ' ' || coalesce(line2, '') || ' ' || coalesce(city, '') || ' ' ||
                 coalesce(region, '') || ' ' || coalesce(postal_code, '')) like ${part}`,
  attribute: (_, part) => sql`select id from noted where text like ${part}`,
}
