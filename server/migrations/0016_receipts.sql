-- A receipt is written by one statement (core/purchases/receipt-store.ts); what it needs beside the tables.

-- What the rules decided for a sale and why, where there were rules beyond the base programme.
alter table purchases add column decisions jsonb;

-- All receipts of a shop name the same tenant, stores and programmes; checking them locks those few rows for every receipt, and
-- so all receipts meet there. The ids come from rows that were read by the same request; regulars verify proves that they exist.
alter table purchases drop constraint purchases_tenant_id_fkey, drop constraint purchases_tenant_id_store_id_fkey;
alter table purchase_numbers drop constraint purchase_numbers_tenant_id_fkey;
alter table purchase_reports drop constraint purchase_reports_tenant_id_fkey;
alter table purchase_effects drop constraint purchase_effects_tenant_id_programme_id_fkey;
-- Reports, payments and effects are, like lines, written with their purchase in hand.
alter table purchase_reports drop constraint purchase_reports_tenant_id_purchase_id_fkey;
alter table purchase_payments drop constraint purchase_payments_tenant_id_purchase_id_fkey;
alter table purchase_effects drop constraint purchase_effects_tenant_id_purchase_id_fkey;
-- A row changed twice in a transaction is checked again, though its keys are as they were: a receipt that spends and earns does that.
alter table ledger_accounts drop constraint ledger_accounts_tenant_id_fkey, drop constraint ledger_accounts_tenant_id_unit_id_fkey,
  drop constraint ledger_accounts_tenant_id_customer_id_fkey;

-- A spend, an earning, or a spend and then an earning, on one account that the caller has locked: what nearly every call is, in a
-- handful of statements. Null, with nothing changed, where it is more than that: a key known before, something due on the
-- account, a balance or a next lot that is not enough, value that is not active yet.
create function ledger_trade(p_tenant bigint, p_ops jsonb, p_account bigint, p_now timestamptz, p_actor text) returns jsonb language plpgsql as $$
declare
  v_first jsonb := p_ops -> 0; v_last jsonb := p_ops -> -1; v_count int := jsonb_array_length(p_ops);
  v_spend jsonb; v_earn jsonb; v_spent bigint := 0; v_earned bigint := 0; v_lot record; v_account record; v_spend_id bigint; v_earn_id bigint;
  v_unit bigint := (v_first ->> 'unitId')::bigint; v_customer bigint := (v_first ->> 'customerId')::bigint;
begin
  if v_first ->> 'kind' = 'spend' then v_spend := v_first; end if;
  if v_last ->> 'kind' = 'earn' then v_earn := v_last; end if;
  if v_count > 2 or v_count <> (v_spend is not null)::int + (v_earn is not null)::int or v_earn ? 'activatesAt'
     or (v_earn ->> 'expiresAt')::timestamptz <= p_now then
    return null;
  end if;
  select a.balance, a.spend_condition,
      (select id from ledger_accounts where tenant_id = p_tenant and customer_id is null and unit_id = v_unit and role = 'redemption'
         and spend_condition = '') as redemption,
      (select id from ledger_accounts where tenant_id = p_tenant and customer_id is null and unit_id = v_unit and role = 'issue'
         and spend_condition = '') as issue,
      exists (select 1 from postings where tenant_id = p_tenant and key in (v_first ->> 'key', v_last ->> 'key'))
        or exists (select 1 from lots where tenant_id = p_tenant and account_id = p_account and is_open and expires_at <= p_now)
        or exists (select 1 from ledger_accounts o where o.tenant_id = p_tenant and o.customer_id = v_customer and o.unit_id = v_unit
          and o.role in ('pending', 'owed') and o.spend_condition = a.spend_condition and o.balance <> 0) as more
    into v_account from ledger_accounts a where a.tenant_id = p_tenant and a.id = p_account;
  if v_account.more then return null; end if;
  if v_spend is not null then
    v_spent := (v_spend ->> 'amount')::bigint;
    if v_account.balance < v_spent or v_account.redemption is null then return null; end if;
    select id, remaining into v_lot from lots where tenant_id = p_tenant and account_id = p_account and is_open
     order by expires_at nulls last, id limit 1;
    if v_lot.remaining < v_spent then return null; end if;
    v_spend_id := nextval('entity_id');
  end if;
  if v_earn is not null then
    v_earned := (v_earn ->> 'amount')::bigint;
    if v_account.issue is null then return null; end if;
    v_earn_id := nextval('entity_id');
  end if;
  with moved as (
    update ledger_accounts set balance = balance + v_earned - v_spent where tenant_id = p_tenant and id = p_account),
  given as (
    select v_spend_id as id, v_spend as op, p_account as source, v_account.redemption as target, v_spent as amount where v_spend is not null
    union all select v_earn_id, v_earn, v_account.issue, p_account, v_earned where v_earn is not null),
  posted as (
    insert into postings (tenant_id, id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, programme_id, purchase_id, note, data,
      actor, occurred_at)
    select p_tenant, id, op ->> 'key', op ->> 'kind', v_unit, source, target, amount, v_customer, (op ->> 'programmeId')::bigint,
      (op ->> 'purchaseId')::bigint, op ->> 'note', op -> 'data', p_actor, coalesce((op ->> 'occurredAt')::timestamptz, p_now) from given)
  insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
  select p_tenant, 'posting', id, v_customer, op ->> 'kind', jsonb_build_object('unitId', v_unit, 'amount', amount) from given;
  if v_spend is not null then
    with noted as (
      insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, v_spend_id, v_lot.id, -v_spent))
    update lots set remaining = remaining - v_spent where tenant_id = p_tenant and id = v_lot.id;
  end if;
  if v_earn is not null then
    insert into lots (tenant_id, account_id, posting_id, amount, remaining, expires_at)
    values (p_tenant, p_account, v_earn_id, v_earned, v_earned, (v_earn ->> 'expiresAt')::timestamptz);
  end if;
  return case when v_spend is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('key', v_spend ->> 'key', 'postingId', v_spend_id,
      'amount', v_spent, 'balance', v_account.balance - v_spent, 'replayed', false)) end
    || case when v_earn is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('key', v_earn ->> 'key', 'postingId', v_earn_id,
      'amount', v_earned, 'balance', v_account.balance + v_earned - v_spent, 'replayed', false)) end;
end $$;

-- The same for many customers at once: each may spend once and then earn, out of the next lot alone. Null, with nothing changed, where one
-- of them is more than that. The accounts are locked by the caller.
drop function ledger_earn_many;
create function ledger_trade_many(p_tenant bigint, p_ops jsonb, p_now timestamptz, p_actor text) returns jsonb language plpgsql as $$
declare v_results jsonb;
begin
  if exists (select 1 from jsonb_array_elements(p_ops) op
      where op ->> 'kind' not in ('spend', 'earn') or op ? 'activatesAt' or (op ->> 'expiresAt')::timestamptz <= p_now)
    or (select count(distinct op ->> 'key') from jsonb_array_elements(p_ops) op) < jsonb_array_length(p_ops)
    or exists (select 1 from postings where tenant_id = p_tenant and key = any (array(select op ->> 'key' from jsonb_array_elements(p_ops) op))) then
    return null;
  end if;
  perform ledger_account(p_tenant, unit_id, null, role) from (
    select distinct (op ->> 'unitId')::bigint as unit_id, case op ->> 'kind' when 'spend' then 'redemption' else 'issue' end as role
      from jsonb_array_elements(p_ops) op) programmes;
  with ops as materialized (
    select o.position, o.op, o.op ->> 'key' as key, o.op ->> 'kind' as kind, (o.op ->> 'amount')::bigint as amount, a.id as account, a.unit_id,
      a.customer_id, a.spend_condition, a.balance, p.id as programme,
      case o.op ->> 'kind' when 'spend' then -(o.op ->> 'amount')::bigint else (o.op ->> 'amount')::bigint end as change
      from jsonb_array_elements(p_ops) with ordinality o (op, position)
      join ledger_accounts a on a.tenant_id = p_tenant and a.customer_id = (o.op ->> 'customerId')::bigint and a.unit_id = (o.op ->> 'unitId')::bigint
        and a.role = 'available' and a.spend_condition = coalesce(o.op ->> 'spendCondition', '')
      join ledger_accounts p on p.tenant_id = p_tenant and p.customer_id is null and p.unit_id = a.unit_id
        and p.role = case o.op ->> 'kind' when 'spend' then 'redemption' else 'issue' end and p.spend_condition = ''),
  accounts as materialized (
    select o.account, o.change, o.spent, lot.id as lot,
      o.spends > 1 or o.last_spend > o.first_earn or (o.spends = 1 and (o.balance < o.spent or coalesce(lot.remaining, 0) < o.spent))
        or exists (select 1 from lots where tenant_id = p_tenant and account_id = o.account and is_open and expires_at <= p_now)
        or exists (select 1 from ledger_accounts where tenant_id = p_tenant and customer_id = o.customer_id and unit_id = o.unit_id
          and role in ('pending', 'owed') and spend_condition = o.spend_condition and balance <> 0) as more
      from (
        select account, customer_id, unit_id, spend_condition, balance, sum(change)::bigint as change,
          count(*) filter (where kind = 'spend') as spends, coalesce(sum(amount) filter (where kind = 'spend'), 0)::bigint as spent,
          max(position) filter (where kind = 'spend') as last_spend, min(position) filter (where kind = 'earn') as first_earn
          from ops group by account, customer_id, unit_id, spend_condition, balance) o
      left join lateral (
        select id, remaining from lots where tenant_id = p_tenant and account_id = o.account and is_open
         order by expires_at nulls last, id limit 1) lot on o.spends > 0),
  -- Ids are drawn here, so that nothing below has to be found again by its key.
  simple as materialized (
    select *, nextval('entity_id') as id from (select * from ops where not exists (select 1 from accounts where more) order by position) ops),
  posted as (
    insert into postings (tenant_id, id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, programme_id, purchase_id, note, data,
      actor, occurred_at)
    select p_tenant, id, key, kind, unit_id, case kind when 'spend' then account else programme end, case kind when 'spend' then programme else account end,
      amount, customer_id, (op ->> 'programmeId')::bigint, (op ->> 'purchaseId')::bigint, op ->> 'note', op -> 'data', p_actor,
      coalesce((op ->> 'occurredAt')::timestamptz, p_now) from simple),
  booked as (
    update ledger_accounts a set balance = a.balance + s.change from accounts s
     where exists (select 1 from simple) and a.tenant_id = p_tenant and a.id = s.account),
  taken as (
    update lots l set remaining = l.remaining - s.spent from accounts s
     where exists (select 1 from simple) and s.spent > 0 and l.tenant_id = p_tenant and l.id = s.lot),
  noted as (
    insert into lot_movements (tenant_id, posting_id, lot_id, amount)
    select p_tenant, simple.id, s.lot, -simple.amount from simple join accounts s using (account) where simple.kind = 'spend'),
  laid as (
    insert into lots (tenant_id, account_id, posting_id, amount, remaining, expires_at)
    select p_tenant, account, id, amount, amount, (op ->> 'expiresAt')::timestamptz from simple where kind = 'earn'),
  told as (
    insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
    select p_tenant, 'posting', id, customer_id, kind, jsonb_build_object('unitId', unit_id, 'amount', amount) from simple)
  select jsonb_agg(jsonb_build_object('key', key, 'postingId', id, 'amount', amount, 'replayed', false, 'balance', balance + running)
      order by position) into v_results
    from (select *, sum(change) over (partition by account order by position) as running from simple) s;
  return v_results;
end $$;

-- Applies operations in their order and answers one result each. Locks the customers' accounts in one order first, so
-- that two batches cannot deadlock on them. A refused operation changes nothing and does not stop the others: the caller
-- decides whether the transaction goes on.
create or replace function ledger_apply(p_tenant bigint, p_now timestamptz, p_actor text, p_ops jsonb)
returns jsonb language plpgsql as $$
declare v_ops jsonb := p_ops; v_op jsonb; v_results jsonb[] := '{}'; v_many jsonb; v_owners jsonb; v_owner record; v_locked int; v_account bigint;
  -- All on one account: mostly there is one operation, or a receipt's spend and earning.
  v_single boolean := not exists (select 1 from jsonb_array_elements(p_ops) op where op ? 'toCustomerId'
    or (op -> 'unitId', op -> 'customerId', op -> 'spendCondition') is distinct from
       (p_ops -> 0 -> 'unitId', p_ops -> 0 -> 'customerId', p_ops -> 0 -> 'spendCondition'));
begin
  loop
    if v_single then
      v_op := v_ops -> 0;
      v_account := ledger_lock(p_tenant, (v_op ->> 'unitId')::bigint, (v_op ->> 'customerId')::bigint, coalesce(v_op ->> 'spendCondition', ''));
      exit when not exists (select 1 from customers where tenant_id = p_tenant and id = (v_op ->> 'customerId')::bigint and state = 'merged');
    else
      -- Mostly all accounts are there: one statement locks them.
      v_owners := (select jsonb_agg(distinct jsonb_build_object('unit', op -> 'unitId', 'customer', op -> side, 'condition', coalesce(op ->> 'spendCondition', '')))
        from jsonb_array_elements(v_ops) op, unnest(array['customerId', 'toCustomerId']) side where op ? side);
      select count(*) into v_locked from (
        select 1 from jsonb_to_recordset(v_owners) o (unit bigint, customer bigint, condition text)
          join ledger_accounts a on a.tenant_id = p_tenant and a.customer_id = o.customer and a.unit_id = o.unit and a.role = 'available'
            and a.spend_condition = o.condition
         order by a.customer_id, a.unit_id, a.spend_condition for update of a) locked;
      if v_locked < jsonb_array_length(v_owners) then
        for v_owner in select * from jsonb_to_recordset(v_owners) o (unit bigint, customer bigint, condition text) order by customer, unit, condition loop
          v_account := ledger_lock(p_tenant, v_owner.unit, v_owner.customer, v_owner.condition);
        end loop;
      end if;
      exit when not exists (select 1 from customers where tenant_id = p_tenant and state = 'merged' and id = any (array(
        select (op ->> side)::bigint from jsonb_array_elements(v_ops) op, unnest(array['customerId', 'toCustomerId']) side)));
    end if;
    -- Whoever was merged, if only while we waited for the lock, books at the survivor. A merge locks the same accounts, so
    -- with them in hand nobody is merged any more.
    select jsonb_agg(op || jsonb_strip_nulls(jsonb_build_object('customerId', owner.merged_into, 'toCustomerId', receiver.merged_into))
                     order by position) into v_ops
      from jsonb_array_elements(v_ops) with ordinality as ops (op, position)
      left join customers owner on owner.tenant_id = p_tenant and owner.id = (op ->> 'customerId')::bigint
      left join customers receiver on receiver.tenant_id = p_tenant and receiver.id = (op ->> 'toCustomerId')::bigint;
  end loop;
  if v_single then v_many := ledger_trade(p_tenant, v_ops, v_account, p_now, p_actor);
  else v_many := ledger_trade_many(p_tenant, v_ops, p_now, p_actor);
  end if;
  if v_many is not null then return v_many; end if;
  for position in 0 .. jsonb_array_length(v_ops) - 1 loop
    v_op := v_ops -> position;
    if not v_single then
      select id into v_account from ledger_accounts where tenant_id = p_tenant and customer_id = (v_op ->> 'customerId')::bigint
         and unit_id = (v_op ->> 'unitId')::bigint and role = 'available' and spend_condition = coalesce(v_op ->> 'spendCondition', '');
    end if;
    v_results := v_results || ledger_apply_one(p_tenant, v_op, v_account, p_now, p_actor);
  end loop;
  return to_jsonb(v_results);
end $$;

-- As ledger_apply, but all or nothing: the first refusal is raised, with what it would have answered as its detail.
create function ledger_apply_all(p_tenant bigint, p_now timestamptz, p_actor text, p_ops jsonb) returns jsonb language plpgsql as $$
declare v_results jsonb; v_refused jsonb;
begin
  v_results := ledger_apply(p_tenant, p_now, p_actor, p_ops);
  select result into v_refused from jsonb_array_elements(v_results) result where result ? 'refused' limit 1;
  if v_refused is not null then
    raise exception 'refused by the ledger: %', v_refused ->> 'refused' using errcode = 'RL001', detail = v_refused::text;
  end if;
  return v_results;
end $$;

-- A check is parsed anew by every statement that writes its table: a twentieth of a receipt went into lists of words. The words are
-- written by our own code alone, which knows no others; what guards value (floors, signs, what is left of a lot) stays.
alter table purchases drop constraint purchases_kind, drop constraint purchases_state;
alter table purchase_payments drop constraint purchase_payments_kind;
alter table purchase_effects drop constraint purchase_effects_kind;
alter table postings drop constraint postings_kind;
alter table ledger_accounts drop constraint ledger_accounts_role, drop constraint ledger_accounts_owner;
