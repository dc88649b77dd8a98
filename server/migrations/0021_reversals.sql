-- A batch of cancellations takes back what hundreds of sales earned.

-- Many reversals of earnings at once, each out of the very lot that the earning laid. Null, with nothing changed, where one of them is more
-- than that: a key known before, an original that was no earning of this customer or has less left, a lot that is not active yet, spent or
-- expired, something due on the account. The accounts are locked by the caller.
create function ledger_reverse_many(p_tenant bigint, p_ops jsonb, p_now timestamptz, p_actor text) returns jsonb language plpgsql as $$
declare v_results jsonb;
begin
  if exists (select 1 from jsonb_array_elements(p_ops) op where op ->> 'kind' <> 'reverse' or not op ? 'amount')
    or (select count(distinct op ->> 'key') from jsonb_array_elements(p_ops) op) < jsonb_array_length(p_ops)
    or exists (select 1 from postings where tenant_id = p_tenant and key = any (array(select op ->> 'key' from jsonb_array_elements(p_ops) op))) then
    return null;
  end if;
  with ops as materialized (
    select o.position, o.op, o.op ->> 'key' as key, (o.op ->> 'amount')::bigint as amount, a.id as account, a.unit_id, a.customer_id, a.spend_condition,
      a.balance, p.id as original, p.amount as given, p.from_account_id as programme, l.id as lot, l.remaining
      from jsonb_array_elements(p_ops) with ordinality o (op, position)
      join ledger_accounts a on a.tenant_id = p_tenant and a.customer_id = (o.op ->> 'customerId')::bigint and a.unit_id = (o.op ->> 'unitId')::bigint
        and a.role = 'available' and a.spend_condition = coalesce(o.op ->> 'spendCondition', '')
      join postings p on p.tenant_id = p_tenant and p.key = o.op ->> 'reverses' and p.kind = 'earn' and p.unit_id = a.unit_id and p.customer_id = a.customer_id
      join lots l on l.tenant_id = p_tenant and l.posting_id = p.id and l.account_id = a.id),
  accounts as materialized (
    select account, sum(amount)::bigint as amount,
      exists (select 1 from lots where tenant_id = p_tenant and account_id = account and is_open and expires_at <= p_now)
        or exists (select 1 from ledger_accounts o where o.tenant_id = p_tenant and o.customer_id = ops.customer_id and o.unit_id = ops.unit_id
          and o.role in ('pending', 'owed') and o.spend_condition = ops.spend_condition and o.balance <> 0) as due
      from ops group by account, customer_id, unit_id, spend_condition),
  originals as materialized (
    select lot, sum(amount)::bigint as amount,
      sum(amount) > least(remaining, given - (select coalesce(sum(done.amount), 0) from postings done
        where done.tenant_id = p_tenant and done.reverses_id = original)) as short
      from ops group by lot, remaining, given, original),
  -- Ids are drawn here, so that nothing below has to be found again by its key.
  simple as materialized (
    select *, nextval('entity_id') as id from (
      select * from ops where (select count(*) from ops) = jsonb_array_length(p_ops) and not exists (select 1 from accounts where due)
         and not exists (select 1 from originals where short) order by position) ops),
  posted as (
    insert into postings (tenant_id, id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, programme_id, purchase_id, reverses_id,
      note, data, actor, occurred_at)
    select p_tenant, id, key, 'reverse', unit_id, account, programme, amount, customer_id, (op ->> 'programmeId')::bigint, (op ->> 'purchaseId')::bigint,
      original, op ->> 'note', op -> 'data', p_actor, coalesce((op ->> 'occurredAt')::timestamptz, p_now) from simple),
  booked as (
    update ledger_accounts a set balance = a.balance - s.amount from accounts s
     where exists (select 1 from simple) and a.tenant_id = p_tenant and a.id = s.account),
  taken as (
    update lots l set remaining = l.remaining - s.amount from originals s
     where exists (select 1 from simple) and l.tenant_id = p_tenant and l.id = s.lot),
  noted as (
    insert into lot_movements (tenant_id, posting_id, lot_id, amount) select p_tenant, id, lot, -amount from simple),
  told as (
    insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
    select p_tenant, 'posting', id, customer_id, 'reverse', jsonb_build_object('unitId', unit_id, 'amount', amount) from simple)
  select jsonb_agg(jsonb_build_object('key', key, 'postingId', id, 'amount', amount, 'replayed', false, 'balance', balance - running)
      order by position) into v_results
    from (select *, sum(amount) over (partition by account order by position) as running from simple) s;
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
  if v_many is null and jsonb_array_length(v_ops) > 1 then v_many := ledger_reverse_many(p_tenant, v_ops, p_now, p_actor); end if;
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
