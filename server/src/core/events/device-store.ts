import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Device } from './types.ts'

interface DeviceRow {
  id: Device['id']
  did: string
  customer_id: Device['customerId']
  platform: string | null
  push_token: string | null
  created_at: Date
  seen_at: Date
}

const toDevice = (row: DeviceRow): Device => ({
  id: row.id,
  did: row.did,
  customerId: row.customer_id,
  platform: row.platform,
  pushToken: row.push_token,
  createdAt: row.created_at,
  seenAt: row.seen_at,
})

/** The row keeps the customer it was attached to; who that is today follows the merges. */
export async function selectDevice(ctx: Ctx, did: string): Promise<Device | undefined> {
  const rows = await ctx.db.query<DeviceRow>(sql`
    with recursive owner (id, merged_into) as (
      select c.id, c.merged_into from devices d
        join customers c on c.tenant_id = d.tenant_id and c.id = d.customer_id
       where d.tenant_id = ${ctx.tenant.id} and d.did = ${did}
      union
      select c.id, c.merged_into from owner join customers c on c.tenant_id = ${ctx.tenant.id} and c.id = owner.merged_into)
    select d.id, d.did, owner.id as customer_id, d.platform, d.push_token, d.created_at, d.seen_at
      from devices d cross join owner
     where d.tenant_id = ${ctx.tenant.id} and d.did = ${did} and owner.merged_into is null`)
  return rows[0] && toDevice(rows[0])
}

export async function selectDevicesOf(ctx: Ctx, customerId: number): Promise<Device[]> {
  const rows = await ctx.db.query<DeviceRow>(sql`
    with recursive self (id) as (
      select ${customerId}::bigint
      union select c.id from customers c join self on c.tenant_id = ${ctx.tenant.id} and c.merged_into = self.id)
    select id, did, ${customerId}::bigint as customer_id, platform, push_token, created_at, seen_at from devices
     where tenant_id = ${ctx.tenant.id} and customer_id = any(array(select id from self)) order by id limit 200`)
  return rows.map(toDevice)
}

/** Held until the transaction ends. */
export async function lockDevice(ctx: Ctx, did: string): Promise<void> {
  await ctx.db.query(sql`select id from devices where tenant_id = ${ctx.tenant.id} and did = ${did} for update`)
}

/** False when a device of that name is there already. */
export async function insertDevice(
  ctx: Ctx,
  device: { did: string; customerId: number; platform: string | null },
): Promise<boolean> {
  const rows = await ctx.db.query(sql`
    insert into devices (tenant_id, did, customer_id, platform)
    values (${ctx.tenant.id}, ${device.did}, ${device.customerId}, ${device.platform})
        on conflict on constraint devices_did_key do nothing returning id`)
  return rows.length > 0
}

export async function updateOwner(ctx: Ctx, did: string, customerId: number): Promise<void> {
  await ctx.db.query(sql`
    update devices set customer_id = ${customerId} where tenant_id = ${ctx.tenant.id} and did = ${did}`)
}

export async function updateSeen(
  ctx: Ctx,
  seen: { did: string; platform: string | null; timeZoneMinutes: number | null },
): Promise<void> {
  await ctx.db.query(sql`
    update devices set seen_at = ${ctx.clock.now()}, platform = coalesce(${seen.platform}::text, platform),
           time_zone_minutes = coalesce(${seen.timeZoneMinutes}::int, time_zone_minutes)
     where tenant_id = ${ctx.tenant.id} and did = ${seen.did}`)
}

/** A token belongs to one device: reinstalled apps keep their token under a new name. */
export async function updatePushToken(
  ctx: Ctx,
  given: { did: string; token: string | null; platform: string | null },
): Promise<void> {
  await ctx.db.query(sql`
    update devices set push_token = null
     where tenant_id = ${ctx.tenant.id} and push_token = ${given.token} and did <> ${given.did}`)
  await ctx.db.query(sql`
    update devices set push_token = ${given.token}, platform = coalesce(${given.platform}, platform), seen_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and did = ${given.did}`)
}

/** Gives the names of the devices that were there. */
export async function deleteDevicesOf(ctx: Ctx, customerIds: readonly number[]): Promise<string[]> {
  const rows = await ctx.db.query<{ did: string }>(sql`
    delete from devices where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[]) returning did`)
  return rows.map((row) => row.did)
}
