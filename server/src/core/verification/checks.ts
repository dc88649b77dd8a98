import { type Sql, sql } from '../../platform/db.ts'
import { voucherChecks } from './voucher-checks.ts'

/** `examined` answers one row with a count; `broken` answers the rows that break the claim. Both about one tenant. */
export interface Check {
  readonly name: string
  readonly claim: string
  examined(tenantId: number): Sql
  broken(tenantId: number): Sql
}

const postings = (tenantId: number) => sql`select count(*) as examined from postings where tenant_id = ${tenantId}`
const accounts = (tenantId: number) =>
  sql`select count(*) as examined from ledger_accounts where tenant_id = ${tenantId} and customer_id is not null`
const lots = (tenantId: number) => sql`select count(*) as examined from lots where tenant_id = ${tenantId}`
const effects = (tenantId: number) =>
  sql`select count(*) as examined from purchase_effects where tenant_id = ${tenantId}`

const ledgerChecks: readonly Check[] = [
  {
    name: 'postings-balance',
    claim: 'every posting moves a positive amount between two accounts of its own unit',
    examined: postings,
    broken: (tenantId) => sql`
      select p.id as posting, p.key, p.amount from postings p
        left join ledger_accounts f on f.tenant_id = p.tenant_id and f.id = p.from_account_id
        left join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id
       where p.tenant_id = ${tenantId} and (f.id is null or t.id is null or f.id = t.id or f.unit_id <> p.unit_id or t.unit_id <> p.unit_id
         or p.amount <= 0)`,
  },
  {
    name: 'balances-equal-postings',
    claim: "every customer's balance is the sum of its postings",
    examined: accounts,
    broken: (tenantId) => sql`
      select a.id as account, a.customer_id as customer, a.role, a.balance, coalesce(m.sum, 0)::bigint as postings
        from ledger_accounts a left join (
          select account, sum(amount) as sum from (
            select to_account_id as account, amount from postings where tenant_id = ${tenantId}
            union all select from_account_id, -amount from postings where tenant_id = ${tenantId}) moves group by account) m on m.account = a.id
       where a.tenant_id = ${tenantId} and a.balance <> case when a.customer_id is null then 0 else coalesce(m.sum, 0) end`,
  },
  {
    name: 'lots-equal-balances',
    claim: 'the open lots of every account add up to its balance',
    examined: lots,
    broken: (tenantId) => sql`
      select a.id as account, a.customer_id as customer, a.role, a.balance, coalesce(l.sum, 0)::bigint as lots
        from ledger_accounts a left join (select account_id, sum(remaining) as sum from lots where tenant_id = ${tenantId} group by 1) l on l.account_id = a.id
       where a.tenant_id = ${tenantId}
         and case when a.role in ('available', 'pending') then a.balance <> coalesce(l.sum, 0) else coalesce(l.sum, 0) <> 0 end`,
  },
  {
    name: 'lots-equal-movements',
    claim: 'what is left of every lot is what was put in and given back, less what was taken',
    examined: lots,
    broken: (tenantId) => sql`
      select l.id as lot, l.amount, l.remaining, coalesce(m.sum, 0)::bigint as movements
        from lots l left join (select lot_id, sum(amount) as sum from lot_movements where tenant_id = ${tenantId} group by 1) m on m.lot_id = l.id
       where l.tenant_id = ${tenantId} and (l.remaining <> l.amount + coalesce(m.sum, 0) or l.remaining < 0 or l.remaining > l.amount)`,
  },
  {
    name: 'ledger-references',
    claim:
      'every account has its unit and customer, every lot its account and posting, every movement its lot and posting, every posting its programme',
    examined: lots,
    broken: (tenantId) => sql`
      select 'lot' as kind, l.id from lots l
        left join ledger_accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
        left join postings p on p.tenant_id = l.tenant_id and p.id = l.posting_id
       where l.tenant_id = ${tenantId} and (a.id is null or p.id is null)
      union all
      select 'movement', m.lot_id from lot_movements m
        left join lots l on l.tenant_id = m.tenant_id and l.id = m.lot_id
        left join postings p on p.tenant_id = m.tenant_id and p.id = m.posting_id
       where m.tenant_id = ${tenantId} and (l.id is null or p.id is null)
      union all
      select 'posting', p.id from postings p
        left join programmes g on g.tenant_id = p.tenant_id and g.id = p.programme_id
       where p.tenant_id = ${tenantId} and p.programme_id is not null and g.id is null
      union all
      select 'account', a.id from ledger_accounts a
        left join units u on u.tenant_id = a.tenant_id and u.id = a.unit_id
        left join customers c on c.tenant_id = a.tenant_id and c.id = a.customer_id
       where a.tenant_id = ${tenantId} and (u.id is null or (a.customer_id is not null and c.id is null))`,
  },
  {
    name: 'floors',
    claim: 'no available, pending or held balance is below zero, and no debt above',
    examined: accounts,
    broken: (tenantId) => sql`
      select id as account, customer_id as customer, role, balance from ledger_accounts
       where tenant_id = ${tenantId} and customer_id is not null and case when role = 'owed' then balance > 0 else balance < 0 end`,
  },
  {
    name: 'holds',
    claim: 'what is held is what was set aside and neither captured nor released',
    examined: (tenantId) =>
      sql`select count(*) as examined from postings where tenant_id = ${tenantId} and kind = 'hold'`,
    broken: (tenantId) => sql`
      select unit_id as unit, held, open from (
        select unit_id, sum(balance)::bigint as held from ledger_accounts where tenant_id = ${tenantId} and role = 'held' group by 1) a
        full join (select unit_id, sum(case kind when 'hold' then amount else -amount end)::bigint as open from postings
          where tenant_id = ${tenantId} and kind in ('hold', 'capture', 'release') group by 1) p using (unit_id)
       where coalesce(held, 0) <> coalesce(open, 0)`,
  },
  {
    name: 'reversals',
    claim: 'no posting is undone, captured or released beyond its amount',
    examined: (tenantId) =>
      sql`select count(*) as examined from postings where tenant_id = ${tenantId} and reverses_id is not null`,
    broken: (tenantId) => sql`
      select r.reverses_id as posting, max(p.amount) as amount, sum(r.amount)::bigint as undone
        from postings r left join postings p on p.tenant_id = r.tenant_id and p.id = r.reverses_id
       where r.tenant_id = ${tenantId} and r.reverses_id is not null
       group by r.reverses_id having max(p.amount) is null or sum(r.amount) > max(p.amount)`,
  },
]

const purchaseChecks: readonly Check[] = [
  {
    name: 'lines-have-purchases',
    claim: 'every line belongs to a purchase',
    examined: (tenantId) => sql`select count(*) as examined from purchase_lines where tenant_id = ${tenantId}`,
    broken: (tenantId) => sql`
      select l.id as line, l.purchase_id as purchase from purchase_lines l
        left join purchases p on p.tenant_id = l.tenant_id and p.id = l.purchase_id
       where l.tenant_id = ${tenantId} and p.id is null`,
  },
  {
    name: 'purchase-references',
    claim:
      'every report, payment and effect belongs to a purchase, every purchase has its store, every effect its programme',
    examined: (tenantId) => sql`select count(*) as examined from purchase_reports where tenant_id = ${tenantId}`,
    broken: (tenantId) => sql`
      select 'report' as kind, r.id, r.purchase_id as names from purchase_reports r
       where r.tenant_id = ${tenantId} and not exists (select 1 from purchases p where p.tenant_id = r.tenant_id and p.id = r.purchase_id)
      union all
      select 'payment', m.id, m.purchase_id from purchase_payments m
       where m.tenant_id = ${tenantId} and not exists (select 1 from purchases p where p.tenant_id = m.tenant_id and p.id = m.purchase_id)
      union all
      select 'effect', e.id, e.purchase_id from purchase_effects e
       where e.tenant_id = ${tenantId} and not exists (select 1 from purchases p where p.tenant_id = e.tenant_id and p.id = e.purchase_id)
      union all
      select 'effect of no programme', e.id, e.programme_id from purchase_effects e
       where e.tenant_id = ${tenantId} and e.programme_id is not null
         and not exists (select 1 from programmes g where g.tenant_id = e.tenant_id and g.id = e.programme_id)
      union all
      select 'purchase of no store', p.id, p.store_id from purchases p
       where p.tenant_id = ${tenantId} and p.store_id is not null
         and not exists (select 1 from organisations o where o.tenant_id = p.tenant_id and o.id = p.store_id)`,
  },
  {
    name: 'purchases-have-postings',
    claim: 'everything a purchase earned, or a cancellation took back, was posted in that amount',
    examined: effects,
    broken: (tenantId) => sql`
      select e.purchase_id as purchase, e.kind, e.amount, e.posting_key as key, p.sum as posted
        from purchase_effects e left join lateral (
          select sum(amount)::bigint as sum from postings p where p.tenant_id = e.tenant_id
             and p.key in (e.posting_key, e.posting_key || '#available', e.posting_key || '#owed') and p.unit_id = e.unit_id) p on true
       where e.tenant_id = ${tenantId} and p.sum is distinct from e.amount`,
  },
  {
    name: 'postings-have-purchases',
    claim: 'every posting that a purchase earned is one of its effects',
    examined: (tenantId) =>
      sql`select count(*) as examined from postings where tenant_id = ${tenantId} and kind = 'earn' and purchase_id is not null`,
    broken: (tenantId) => sql`
      select p.id as posting, p.key, p.purchase_id as purchase, p.amount from postings p
        left join purchase_effects e on e.tenant_id = p.tenant_id and e.posting_key = p.key and e.purchase_id = p.purchase_id
       where p.tenant_id = ${tenantId} and p.kind = 'earn' and p.purchase_id is not null and e.id is null`,
  },
  {
    name: 'purchases-earn-once',
    claim: 'no purchase earned twice by one programme or rule, and nothing was taken back beyond what it earned',
    examined: effects,
    broken: (tenantId) => sql`
      select coalesce(original_id, purchase_id) as purchase, unit_id as unit, null::jsonb as source,
             sum(case kind when 'earn' then amount else -amount end)::bigint as kept
        from purchase_effects where tenant_id = ${tenantId}
       group by 1, 2 having sum(case kind when 'earn' then amount else -amount end) < 0
      union all
      -- What has no parts is the base programme's alone.
      select purchase_id, unit_id, part -> 'ruleId', count(*)
        from purchase_effects cross join lateral jsonb_array_elements(coalesce(why -> 'parts', '[{"ruleId": null}]')) part
       where tenant_id = ${tenantId} and kind = 'earn' group by 1, 2, 3 having count(*) > 1`,
  },
  {
    name: 'payments-have-postings',
    claim: 'everything that points or credit paid was posted in that amount',
    examined: (tenantId) =>
      sql`select count(*) as examined from purchase_payments where tenant_id = ${tenantId} and posting_key is not null`,
    broken: (tenantId) => sql`
      select m.purchase_id as purchase, m.kind, m.unit_amount as amount, m.posting_key as key, p.sum as posted
        from purchase_payments m left join lateral (
          select sum(amount)::bigint as sum from postings p where p.tenant_id = m.tenant_id and p.key = m.posting_key) p on true
       where m.tenant_id = ${tenantId} and m.posting_key is not null and p.sum is distinct from abs(m.unit_amount)`,
  },
  {
    name: 'cancelled-within-sold',
    claim: 'no line was cancelled beyond what was sold',
    examined: (tenantId) => sql`select count(*) as examined from purchase_lines where tenant_id = ${tenantId}`,
    broken: (tenantId) => sql`
      select purchase_id as purchase, id as line, quantity, cancelled_quantity from purchase_lines
       where tenant_id = ${tenantId} and cancelled_quantity > greatest(quantity, 0)`,
  },
]

const keyChecks: readonly Check[] = [
  uniqueness('posting-keys', 'no key of a posting stands twice', 'postings', ['key']),
  uniqueness('identities', 'no identity leads to two customers', 'identities', ['kind', 'source', 'value']),
  uniqueness('purchase-numbers', 'no number of a number space stands twice', 'purchase_reports', ['space', 'number']),
  uniqueness('message-keys', 'no message was made twice', 'messages', ['key']),
  uniqueness('card-numbers', 'no card number stands twice', 'cards', ['number']),
  {
    name: 'merged-customers',
    claim: 'a merged customer leads to its survivor and has no identity left',
    examined: (tenantId) =>
      sql`select count(*) as examined from customers where tenant_id = ${tenantId} and state = 'merged'`,
    broken: (tenantId) => sql`
      select c.id as customer, c.merged_into as survivor from customers c
       where c.tenant_id = ${tenantId} and c.state = 'merged'
         and (exists (select 1 from identities i where i.tenant_id = c.tenant_id and i.customer_id = c.id)
           or not exists (select 1 from customers s where s.tenant_id = c.tenant_id and s.id = c.merged_into))`,
  },
]

/** Counts instead of trusting the unique index: an index can be lost or broken. The names are ours, never input. */
function uniqueness(name: string, claim: string, table: string, columns: readonly string[]): Check {
  const list = columns.join(', ')
  return {
    name,
    claim,
    examined: (tenantId) => raw(`select count(*) as examined from ${table} where tenant_id = `, tenantId),
    broken: (tenantId) =>
      sql`${raw(`select ${list}, count(*) as times from ${table} where tenant_id = `, tenantId)} ${raw(`group by ${list} having count(*) > 1`)}`,
  }
}

function raw(text: string, ...values: readonly unknown[]): Sql {
  const strings = values.length === 0 ? [text] : [text, '']
  return sql(Object.assign(strings, { raw: strings }), ...values)
}

export const checks: readonly Check[] = [...ledgerChecks, ...purchaseChecks, ...keyChecks, ...voucherChecks]
