import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Address, AddressId, CustomerId } from './types.ts'

interface AddressRow {
  id: number
  customer_id: number
  kind: string
  is_primary: boolean
  line1: string | null
  line2: string | null
  city: string | null
  region: string | null
  postal_code: string | null
  country: string | null
  latitude: number | null
  longitude: number | null
  data: Record<string, unknown>
  created_at: Date
}

const addressColumns = sql`id, customer_id, kind, is_primary, line1, line2, city, region, postal_code, country, latitude,
  longitude, data, created_at`

function toAddress(row: AddressRow): Address {
  const { customer_id, is_primary, postal_code, created_at, ...rest } = row
  return {
    ...rest,
    id: row.id as AddressId,
    customerId: customer_id as CustomerId,
    isPrimary: is_primary,
    postalCode: postal_code,
    createdAt: created_at,
  }
}

/** The primary one first, then in the order of arrival. */
export async function selectAddresses(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<Address[]> {
  const rows = await ctx.db.query<AddressRow>(sql`
    select ${addressColumns} from customer_addresses
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])
     order by customer_id, is_primary desc, id`)
  return rows.map(toAddress)
}

export async function findAddress(ctx: Ctx, id: number): Promise<Address | undefined> {
  const [row] = await ctx.db.query<AddressRow>(sql`
    select ${addressColumns} from customer_addresses where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row && toAddress(row)
}

export type AddressFields = Omit<Address, 'id' | 'customerId' | 'createdAt' | 'isPrimary'>

export async function insertAddress(ctx: Ctx, customerId: CustomerId, address: AddressFields): Promise<AddressId> {
  const [row] = await ctx.db.query<{ id: number }>(sql`
    insert into customer_addresses (tenant_id, customer_id, kind, line1, line2, city, region, postal_code, country,
                                    latitude, longitude, data, created_at)
    values (${ctx.tenant.id}, ${customerId}, ${address.kind}, ${address.line1}, ${address.line2}, ${address.city},
            ${address.region}, ${address.postalCode}, ${address.country}, ${address.latitude}, ${address.longitude},
            ${JSON.stringify(address.data)}::jsonb, ${ctx.clock.now()})
    returning id`)
  return (row?.id ?? 0) as AddressId // an insert without conflict clause returns its row or throws
}

export async function updateAddress(ctx: Ctx, id: AddressId, address: AddressFields): Promise<void> {
  await ctx.db.query(sql`
    update customer_addresses set kind = ${address.kind}, line1 = ${address.line1}, line2 = ${address.line2},
           city = ${address.city}, region = ${address.region}, postal_code = ${address.postalCode},
           country = ${address.country}, latitude = ${address.latitude}, longitude = ${address.longitude},
           data = ${JSON.stringify(address.data)}::jsonb
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

/** Two statements: the unique index would see two primary ones for a moment in one. */
export async function makeAddressPrimary(ctx: Ctx, customerId: CustomerId, id: AddressId): Promise<void> {
  await ctx.db.query(sql`
    update customer_addresses set is_primary = false
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and is_primary and id <> ${id}`)
  await ctx.db.query(sql`
    update customer_addresses set is_primary = true
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and id = ${id}`)
}

export async function deleteAddressRow(ctx: Ctx, customerId: CustomerId, id: AddressId): Promise<void> {
  await ctx.db.query(sql`
    delete from customer_addresses
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and id = ${id}`)
}
