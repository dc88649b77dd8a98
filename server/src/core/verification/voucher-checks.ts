import { sql } from '../../platform/db.ts'
import type { Check } from './checks.ts'

const vouchers = (tenantId: number) => sql`select count(*) as examined from vouchers where tenant_id = ${tenantId}`

export const voucherChecks: readonly Check[] = [
  {
    name: 'voucher-codes',
    claim: 'no code leads to two vouchers that count',
    examined: vouchers,
    broken: (tenantId) => sql`
      select lower(code) as code, count(*) as times from vouchers where tenant_id = ${tenantId} and state <> 'cancelled'
       group by 1 having count(*) > 1`,
  },
  {
    name: 'vouchers-paid',
    claim: 'what a voucher costs was posted, and given back when it was cancelled and only then',
    examined: (tenantId) =>
      sql`select count(*) as examined from vouchers where tenant_id = ${tenantId} and cost_key is not null`,
    broken: (tenantId) => sql`
      select v.id as voucher, v.state, p.amount as paid, b.amount as given_back from vouchers v
        left join postings p on p.tenant_id = v.tenant_id and p.key = v.cost_key and p.kind = 'spend'
        left join postings b on b.tenant_id = v.tenant_id and b.key = v.cost_key || ':back' and b.reverses_id = p.id
       where v.tenant_id = ${tenantId} and v.cost_key is not null
         and (p.id is null or b.amount is distinct from case when v.state = 'cancelled' then p.amount end)`,
  },
  {
    name: 'vouchers-used',
    claim: 'a used voucher says when, and one that a purchase used leads to it',
    examined: vouchers,
    broken: (tenantId) => sql`
      select v.id as voucher, v.state, v.applied_at, v.purchase_id as purchase from vouchers v
       where v.tenant_id = ${tenantId} and ((v.state = 'applied') <> (v.applied_at is not null)
          or v.purchase_id is not null and (v.state <> 'applied' or not exists (
            select from purchases p where p.tenant_id = v.tenant_id and p.id = v.purchase_id)))`,
  },
  {
    name: 'gift-cards',
    claim: 'a gift card has a bearer of its own, who was given what the card says; a cancelled one holds nothing',
    examined: (tenantId) => sql`
      select count(*) as examined from vouchers v join rewards r on r.tenant_id = v.tenant_id and r.id = v.reward_id
       where v.tenant_id = ${tenantId} and (r.kind = 'gift_card' or v.bearer_id is not null)`,
    broken: (tenantId) => sql`
      select v.id as voucher, v.bearer_id as bearer, v.value_minor as value, given.sum as given, holds.sum as holds
        from vouchers v
        join rewards r on r.tenant_id = v.tenant_id and r.id = v.reward_id
        left join customers c on c.tenant_id = v.tenant_id and c.id = v.bearer_id and c.state = 'bearer'
       cross join lateral (select coalesce(sum(amount), 0) as sum from postings p
          where p.tenant_id = v.tenant_id and p.customer_id = v.bearer_id and p.kind = 'earn') given
       cross join lateral (select coalesce(sum(balance), 0) as sum from ledger_accounts a
          where a.tenant_id = v.tenant_id and a.customer_id = v.bearer_id) holds
       where v.tenant_id = ${tenantId} and (r.kind = 'gift_card' or v.bearer_id is not null)
         and (r.kind <> 'gift_card' or c.id is null or given.sum <> coalesce(v.value_minor, 0)
           or v.state = 'cancelled' and holds.sum <> 0
           or exists (select from vouchers o where o.tenant_id = v.tenant_id and o.bearer_id = v.bearer_id and o.id <> v.id))`,
  },
  {
    name: 'pool-codes',
    claim: 'every code that was taken from a pool leads to its voucher',
    examined: (tenantId) =>
      sql`select count(*) as examined from pool_codes where tenant_id = ${tenantId} and voucher_id is not null`,
    broken: (tenantId) => sql`
      select c.pool_id as pool, c.code, c.voucher_id as voucher from pool_codes c
       where c.tenant_id = ${tenantId} and c.voucher_id is not null and not exists (
         select from vouchers v where v.tenant_id = c.tenant_id and v.id = c.voucher_id)`,
  },
  {
    // A limit that was lowered is rightly below what was given before; who changed a definition is in the audit log.
    name: 'rule-limits',
    claim: 'no rule or reward has given less than nothing, or more than its limit in all',
    examined: (tenantId) => sql`select count(*) as examined from rule_usages where tenant_id = ${tenantId}`,
    broken: (tenantId) => sql`
      with limited as (
        select id, definition -> 'limits' -> 'inAll' as in_all from earning_rules where tenant_id = ${tenantId}
        union all
        select id, definition -> 'limits' -> 'inAll' from rewards where tenant_id = ${tenantId})
      select u.rule_id as rule, u.customer_id as customer, u.period, u.uses, u.amount, l.in_all as limit_in_all
        from rule_usages u left join limited l on l.id = u.rule_id
       where u.tenant_id = ${tenantId} and (l.id is null or u.uses < 0 or u.amount < 0 or u.customer_id = 0
         and (u.uses > (l.in_all ->> 'uses')::bigint or u.amount > (l.in_all ->> 'amount')::bigint)
         and not exists (select from audit_log a where a.tenant_id = u.tenant_id and a.entity_id = u.rule_id
           and a.entity in ('earning_rule', 'reward') and a.data -> 'fields' ? 'definition'))`,
  },
]
