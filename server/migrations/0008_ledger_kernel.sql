-- The ledger's kernel: every movement of value is one call of ledger_apply. It lives in the database because a spend must
-- lock the account and then read the lots anew, and because one round trip keeps the lock short
-- (docs/decisions/0003-ledger-kernel.md).

create function ledger_account(p_tenant bigint, p_unit bigint, p_customer bigint, p_role text, p_condition text default '')
returns bigint language plpgsql as $$
declare v_id bigint;
begin
  for attempt in 1 .. 2 loop
    -- Two questions instead of one "is not distinct from", which no index answers.
    if p_customer is null then
      select id into v_id from ledger_accounts where tenant_id = p_tenant and customer_id is null and unit_id = p_unit
         and role = p_role and spend_condition = p_condition;
    else
      select id into v_id from ledger_accounts where tenant_id = p_tenant and customer_id = p_customer and unit_id = p_unit
         and role = p_role and spend_condition = p_condition;
    end if;
    exit when v_id is not null;
    insert into ledger_accounts (tenant_id, unit_id, customer_id, role, spend_condition)
    values (p_tenant, p_unit, p_customer, p_role, p_condition)
    on conflict on constraint ledger_accounts_key do nothing returning id into v_id;
    exit when v_id is not null;
  end loop;
  return v_id;
end $$;

-- Writes one posting with its two balances and its change, in one statement: starting one costs more than what it does.
-- Programme accounts keep no balance. Two updates, since one for both accounts is planned as a scan of the tenant's accounts
-- while statistics are missing.
create function ledger_write(
  p_tenant bigint, p_key text, p_kind text, p_unit bigint, p_from bigint, p_to bigint, p_amount bigint,
  p_customer bigint, p_op jsonb, p_now timestamptz, p_actor text, p_reverses bigint default null)
returns bigint language plpgsql as $$
declare v_id bigint;
begin
  with given as (
    update ledger_accounts set balance = balance - p_amount where tenant_id = p_tenant and id = p_from and customer_id is not null),
  taken as (
    update ledger_accounts set balance = balance + p_amount where tenant_id = p_tenant and id = p_to and customer_id is not null),
  posted as (
    insert into postings (tenant_id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id,
      programme_id, purchase_id, reverses_id, note, data, actor, occurred_at)
    values (p_tenant, p_key, p_kind, p_unit, p_from, p_to, p_amount, p_customer,
      (p_op ->> 'programmeId')::bigint, (p_op ->> 'purchaseId')::bigint, p_reverses, p_op ->> 'note', p_op -> 'data',
      p_actor, coalesce((p_op ->> 'occurredAt')::timestamptz, p_now))
    returning id),
  told as (
    insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
    select p_tenant, 'posting', id, p_customer, p_kind, jsonb_build_object('unitId', p_unit, 'amount', p_amount) from posted)
  select id into v_id from posted;
  return v_id;
end $$;

-- Takes p_amount from the open lots of an account, soonest to expire first, for a posting already written.
-- p_first names a lot to empty before the others (a reversal takes back what it gave).
create function ledger_take(p_tenant bigint, p_account bigint, p_posting bigint, p_amount bigint, p_first bigint default null)
returns void language plpgsql as $$
declare v_taken bigint; v_lot record;
begin
  -- Mostly the next lot alone is enough.
  if p_first is null then
    select id, remaining into v_lot from lots where tenant_id = p_tenant and account_id = p_account and is_open
     order by expires_at nulls last, id limit 1;
    if v_lot.remaining >= p_amount then
      update lots set remaining = remaining - p_amount where tenant_id = p_tenant and id = v_lot.id;
      insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, p_posting, v_lot.id, -p_amount);
      return;
    end if;
  end if;
  with picked as (
    select id, least(remaining, p_amount - (running - remaining)) as take from (
      select id, remaining, sum(remaining) over (order by (id = p_first) desc nulls last, expires_at nulls last, id) as running
        from lots where tenant_id = p_tenant and account_id = p_account and is_open) open
     where running - remaining < p_amount),
  taken as (
    update lots set remaining = lots.remaining - picked.take from picked
     where lots.tenant_id = p_tenant and lots.id = picked.id returning lots.id, picked.take),
  moved as (
    insert into lot_movements (tenant_id, posting_id, lot_id, amount)
    select p_tenant, p_posting, id, -take from taken returning amount)
  select coalesce(-sum(amount), 0) into v_taken from moved;
  if v_taken <> p_amount then
    raise exception 'lots of account % hold % less than its balance', p_account, p_amount - v_taken using errcode = 'XX001';
  end if;
end $$;

-- Brings an account up to date: what has become active is made available, what is past its day expires, what is owed is
-- paid back. The caller holds the lock of the customer's available account.
create function ledger_settle(
  p_tenant bigint, p_unit bigint, p_customer bigint, p_available bigint, p_condition text, p_now timestamptz)
returns void language plpgsql as $$
declare v_lot record; v_posting bigint; v_pending bigint; v_owed_account bigint; v_owed bigint := 0; v_balance bigint; v_amount bigint;
  v_other record;
begin
  -- Mostly there is nothing: one question instead of three.
  if not exists (select 1 from lots where tenant_id = p_tenant and account_id = p_available and is_open and expires_at <= p_now)
    and not exists (select 1 from ledger_accounts where tenant_id = p_tenant and customer_id = p_customer and unit_id = p_unit
     and role in ('pending', 'owed') and spend_condition = p_condition and balance <> 0) then
    return;
  end if;
  for v_other in select id, role, balance from ledger_accounts where tenant_id = p_tenant and customer_id = p_customer
     and unit_id = p_unit and role in ('pending', 'owed') and spend_condition = p_condition and balance <> 0 loop
    if v_other.role = 'pending' then v_pending := v_other.id;
    else v_owed_account := v_other.id; v_owed := -v_other.balance;
    end if;
  end loop;
  if v_pending is not null then
    for v_lot in select id, remaining from lots where tenant_id = p_tenant and account_id = v_pending and is_open
       and activates_at <= p_now order by activates_at, id loop
      v_posting := ledger_write(p_tenant, 'activate:' || v_lot.id || ':' || nextval('entity_id'), 'activate', p_unit,
        v_pending, p_available, v_lot.remaining, p_customer, '{}', p_now, 'ledger');
      update lots set account_id = p_available where tenant_id = p_tenant and id = v_lot.id;
    end loop;
  end if;
  for v_lot in select id, remaining, expires_at from lots where tenant_id = p_tenant and account_id = p_available and is_open
     and expires_at <= p_now order by expires_at, id loop
    v_posting := ledger_write(p_tenant, 'expire:' || v_lot.id || ':' || nextval('entity_id'), 'expire', p_unit, p_available,
      ledger_account(p_tenant, p_unit, null, 'expiry'), v_lot.remaining, p_customer,
      jsonb_build_object('occurredAt', v_lot.expires_at), p_now, 'ledger');
    update lots set remaining = 0 where tenant_id = p_tenant and id = v_lot.id;
    insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, v_posting, v_lot.id, -v_lot.remaining);
  end loop;
  if v_owed > 0 then
    select balance into v_balance from ledger_accounts where tenant_id = p_tenant and id = p_available;
    v_amount := least(v_owed, v_balance);
    if v_amount > 0 then
      v_posting := ledger_write(p_tenant, 'repay:' || nextval('entity_id'), 'repay', p_unit, p_available, v_owed_account, v_amount,
        p_customer, '{}', p_now, 'ledger');
      perform ledger_take(p_tenant, p_available, v_posting, v_amount);
    end if;
  end if;
end $$;

-- Undoes p_amount of an earlier posting. What was given is taken back: from its own lot first, then from the others, and
-- what is no longer there becomes owed. What was taken is given back to the very lots, the last taken first.
create function ledger_reverse(
  p_tenant bigint, p_op jsonb, p_original postings, p_amount bigint, p_available bigint, p_now timestamptz, p_actor text)
returns bigint language plpgsql as $$
declare v_lot lots; v_posting bigint; v_move record; v_left bigint := p_amount; v_part bigint; v_balance bigint; v_first bigint;
  v_condition text; v_key text := p_op ->> 'key'; v_owner bigint := (p_op ->> 'customerId')::bigint; v_pending bigint;
  v_downwards boolean := (select customer_id is not null from ledger_accounts where tenant_id = p_tenant and id = p_original.from_account_id);
begin
  select spend_condition into v_condition from ledger_accounts where tenant_id = p_tenant and id = p_available;
  if p_original.kind in ('spend', 'capture') or (p_original.kind = 'adjust' and v_downwards) then
    v_posting := ledger_write(p_tenant, v_key, 'reverse', p_original.unit_id, p_original.to_account_id, p_available, p_amount,
      v_owner, p_op, p_now, p_actor, p_original.id);
    for v_move in
      select m.lot_id, -sum(m.amount) as taken from lot_movements m join postings p on p.tenant_id = m.tenant_id and p.id = m.posting_id
       where m.tenant_id = p_tenant and (p.id = p_original.id or p.reverses_id = p_original.id
         or (p_original.kind = 'capture' and (p.id = p_original.reverses_id
             or (p.kind = 'release' and p.reverses_id = p_original.reverses_id))))
       group by m.lot_id having sum(m.amount) < 0 order by min(m.amount), m.lot_id desc loop
      v_part := least(v_left, v_move.taken);
      exit when v_part <= 0;
      update lots set remaining = remaining + v_part where tenant_id = p_tenant and id = v_move.lot_id;
      insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, v_posting, v_move.lot_id, v_part);
      v_left := v_left - v_part;
    end loop;
    return v_posting;
  end if;
  -- The original gave: 'earn', 'adjust' upwards.
  select * into v_lot from lots where tenant_id = p_tenant and posting_id = p_original.id;
  select id into v_pending from ledger_accounts where tenant_id = p_tenant and unit_id = p_original.unit_id
     and customer_id = v_owner and role = 'pending' and spend_condition = v_condition;
  if v_lot.account_id = v_pending and v_lot.remaining > 0 then
    v_part := least(v_left, v_lot.remaining);
    v_posting := ledger_write(p_tenant, v_key, 'reverse', p_original.unit_id, v_pending, p_original.from_account_id, v_part,
      v_owner, p_op, p_now, p_actor, p_original.id);
    update lots set remaining = remaining - v_part where tenant_id = p_tenant and id = v_lot.id;
    insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, v_posting, v_lot.id, -v_part);
    v_left := v_left - v_part; v_first := v_posting; v_key := (p_op ->> 'key') || '#available';
  end if;
  select balance into v_balance from ledger_accounts where tenant_id = p_tenant and id = p_available;
  v_part := least(v_left, v_balance);
  if v_part > 0 then
    v_posting := ledger_write(p_tenant, v_key, 'reverse', p_original.unit_id, p_available, p_original.from_account_id, v_part,
      v_owner, p_op, p_now, p_actor, p_original.id);
    perform ledger_take(p_tenant, p_available, v_posting, v_part, v_lot.id);
    v_left := v_left - v_part; v_first := coalesce(v_first, v_posting); v_key := (p_op ->> 'key') || '#owed';
  end if;
  if v_left > 0 then
    v_posting := ledger_write(p_tenant, v_key, 'reverse', p_original.unit_id,
      ledger_account(p_tenant, p_original.unit_id, v_owner, 'owed', v_condition), p_original.from_account_id, v_left,
      v_owner, p_op, p_now, p_actor, p_original.id);
    v_first := coalesce(v_first, v_posting);
  end if;
  return v_first;
end $$;

-- A merge moves a customer's lots to the survivor, so what one earned is undone at the other.
create function ledger_same_person(p_tenant bigint, p_earlier bigint, p_now bigint) returns boolean language sql stable as $$
  with recursive chain as (
    select id, merged_into from customers where tenant_id = p_tenant and id = p_earlier
    union select c.id, c.merged_into from customers c join chain on c.tenant_id = p_tenant and c.id = chain.merged_into)
  select p_earlier = p_now or exists (select 1 from chain where id = p_now)
$$;

create function ledger_refusal(p_code text, p_key text, p_data jsonb default '{}') returns jsonb language sql immutable as $$
  select jsonb_build_object('key', p_key, 'refused', p_code, 'data', p_data)
$$;

-- One operation on a customer's available account, which the caller has locked.
create function ledger_apply_one(p_tenant bigint, p_op jsonb, p_available bigint, p_now timestamptz, p_actor text)
returns jsonb language plpgsql as $$
declare
  v_key text := p_op ->> 'key'; v_kind text := p_op ->> 'kind'; v_unit bigint := (p_op ->> 'unitId')::bigint;
  v_customer bigint := (p_op ->> 'customerId')::bigint; v_amount bigint := (p_op ->> 'amount')::bigint;
  v_condition text := coalesce(p_op ->> 'spendCondition', '');
  v_available bigint := p_available; v_balance bigint; v_target bigint; v_target_available bigint; v_posting bigint; v_old postings; v_original postings;
  v_activates timestamptz := (p_op ->> 'activatesAt')::timestamptz; v_done bigint; v_move record; v_held bigint; v_role text;
begin
  select * into v_old from postings where tenant_id = p_tenant and key = v_key;
  if v_old.id is not null then
    -- A retry changes nothing; the same key for something else is a mistake of the caller.
    if not ledger_same_person(p_tenant, v_old.customer_id, v_customer) or v_old.unit_id <> v_unit or v_old.kind <> v_kind
       or (v_kind in ('earn', 'spend', 'hold', 'adjust', 'transfer') and v_old.amount <> abs(v_amount)) then
      return ledger_refusal('posting.key_reused', v_key);
    end if;
    select balance into v_balance from ledger_accounts where tenant_id = p_tenant and id = v_available;
    return jsonb_build_object('key', v_key, 'postingId', v_old.id, 'amount', v_old.amount, 'balance', v_balance, 'replayed', true);
  end if;

  -- What is earned changes nothing that is due: settled once, afterwards.
  if v_kind <> 'earn' then
    perform ledger_settle(p_tenant, v_unit, v_customer, v_available, v_condition, p_now);
    select balance into v_balance from ledger_accounts where tenant_id = p_tenant and id = v_available;
  end if;

  if v_kind = 'earn' or (v_kind = 'adjust' and v_amount > 0) then
    v_role := case v_kind when 'earn' then 'issue' else 'adjustment' end;
    v_target := case when v_activates > p_now then ledger_account(p_tenant, v_unit, v_customer, 'pending', v_condition) else v_available end;
    v_posting := ledger_write(p_tenant, v_key, v_kind, v_unit, ledger_account(p_tenant, v_unit, null, v_role), v_target, v_amount,
      v_customer, p_op, p_now, p_actor);
    insert into lots (tenant_id, account_id, posting_id, amount, remaining, activates_at, expires_at)
    values (p_tenant, v_target, v_posting, v_amount, v_amount, case when v_activates > p_now then v_activates end, (p_op ->> 'expiresAt')::timestamptz);
    if v_target = v_available then perform ledger_settle(p_tenant, v_unit, v_customer, v_available, v_condition, p_now); end if;

  elsif v_kind in ('spend', 'adjust', 'hold', 'transfer') then
    v_amount := abs(v_amount);
    if v_balance < v_amount then
      return ledger_refusal('balance.insufficient', v_key, jsonb_build_object('available', v_balance, 'asked', v_amount));
    end if;
    if v_kind = 'transfer' then
      v_target_available := ledger_account(p_tenant, v_unit, (p_op ->> 'toCustomerId')::bigint, 'available', v_condition);
      v_target := v_target_available;
    elsif v_kind = 'hold' then v_target := ledger_account(p_tenant, v_unit, v_customer, 'held', v_condition);
    else v_target := ledger_account(p_tenant, v_unit, null, case v_kind when 'spend' then 'redemption' else 'adjustment' end);
    end if;
    v_posting := ledger_write(p_tenant, v_key, v_kind, v_unit, v_available, v_target, v_amount, v_customer, p_op, p_now, p_actor);
    perform ledger_take(p_tenant, v_available, v_posting, v_amount);
    if v_kind = 'transfer' then
      -- The value keeps its day of expiry when it changes hands.
      insert into lots (tenant_id, account_id, posting_id, amount, remaining, expires_at)
      select p_tenant, v_target, v_posting, -m.amount, -m.amount, l.expires_at
        from lot_movements m join lots l on l.tenant_id = m.tenant_id and l.id = m.lot_id
       where m.tenant_id = p_tenant and m.posting_id = v_posting;
      perform ledger_settle(p_tenant, v_unit, (p_op ->> 'toCustomerId')::bigint, v_target_available, v_condition, p_now);
    end if;

  elsif v_kind in ('capture', 'release', 'reverse') then
    select * into v_original from postings where tenant_id = p_tenant and key = p_op ->> 'reverses';
    if v_original.id is null or v_original.unit_id <> v_unit or not ledger_same_person(p_tenant, v_original.customer_id, v_customer) then
      return ledger_refusal('posting.not_found', v_key);
    end if;
    select coalesce(sum(amount), 0) into v_done from postings where tenant_id = p_tenant and reverses_id = v_original.id;
    v_amount := coalesce(v_amount, v_original.amount - v_done);
    if v_original.amount - v_done < v_amount or v_amount <= 0 then
      return ledger_refusal('posting.already_reversed', v_key, jsonb_build_object('left', v_original.amount - v_done, 'asked', v_amount));
    end if;
    if v_kind = 'reverse' then
      if v_original.kind not in ('earn', 'spend', 'capture', 'adjust') then return ledger_refusal('posting.not_reversible', v_key); end if;
      v_posting := ledger_reverse(p_tenant, p_op, v_original, v_amount, v_available, p_now, p_actor);
    else
      if v_original.kind <> 'hold' then return ledger_refusal('posting.not_found', v_key); end if;
      if v_kind = 'capture' then
        v_posting := ledger_write(p_tenant, v_key, 'capture', v_unit, ledger_account(p_tenant, v_unit, v_customer, 'held', v_condition),
          ledger_account(p_tenant, v_unit, null, 'redemption'), v_amount, v_customer, p_op, p_now, p_actor, v_original.id);
        -- A part captured leaves the rest held until it is released or captured too.
      else
        v_posting := ledger_write(p_tenant, v_key, 'release', v_unit, ledger_account(p_tenant, v_unit, v_customer, 'held', v_condition), v_available, v_amount, v_customer,
          p_op, p_now, p_actor, v_original.id);
        v_held := v_amount;
        for v_move in
          select m.lot_id, -sum(m.amount) as taken from lot_movements m join postings p on p.tenant_id = m.tenant_id and p.id = m.posting_id
           where m.tenant_id = p_tenant and (p.id = v_original.id or p.reverses_id = v_original.id)
           group by m.lot_id having sum(m.amount) < 0 order by m.lot_id desc loop
          v_done := least(v_held, v_move.taken);
          exit when v_done <= 0;
          update lots set remaining = remaining + v_done where tenant_id = p_tenant and id = v_move.lot_id;
          insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, v_posting, v_move.lot_id, v_done);
          v_held := v_held - v_done;
        end loop;
      end if;
    end if;
    perform ledger_settle(p_tenant, v_unit, v_customer, v_available, v_condition, p_now);
  else
    raise exception 'unknown ledger operation %', v_kind using errcode = '22023';
  end if;

  select balance into v_balance from ledger_accounts where tenant_id = p_tenant and id = v_available;
  return jsonb_build_object('key', v_key, 'postingId', v_posting, 'amount', v_amount, 'balance', v_balance, 'replayed', false);
end $$;

-- Locks a customer's available account of a unit, made if need be.
create function ledger_lock(p_tenant bigint, p_unit bigint, p_customer bigint, p_condition text) returns bigint language plpgsql as $$
declare v_id bigint;
begin
  select id into v_id from ledger_accounts where tenant_id = p_tenant and customer_id = p_customer and unit_id = p_unit
     and role = 'available' and spend_condition = p_condition for update;
  if v_id is null then
    v_id := ledger_account(p_tenant, p_unit, p_customer, 'available', p_condition);
    perform 1 from ledger_accounts where tenant_id = p_tenant and id = v_id for update;
  end if;
  return v_id;
end $$;

-- Many earnings at once, written together: null where one of them is more than that (a key known before, something due on an
-- account), having changed nothing. The accounts are locked by the caller.
create function ledger_earn_many(p_tenant bigint, p_ops jsonb, p_now timestamptz, p_actor text) returns jsonb language plpgsql as $$
declare v_results jsonb;
begin
  if exists (select 1 from jsonb_array_elements(p_ops) op where op ->> 'kind' <> 'earn' or op ? 'activatesAt' or (op ->> 'expiresAt')::timestamptz <= p_now)
    or (select count(distinct op ->> 'key') from jsonb_array_elements(p_ops) op) < jsonb_array_length(p_ops)
    or exists (select 1 from postings where tenant_id = p_tenant and key = any (array(select op ->> 'key' from jsonb_array_elements(p_ops) op))) then
    return null;
  end if;
  perform ledger_account(p_tenant, unit_id, null, 'issue')
    from (select distinct (op ->> 'unitId')::bigint as unit_id from jsonb_array_elements(p_ops) op) units;
  with ops as materialized (
    select o.position, o.op, o.op ->> 'key' as key, (o.op ->> 'amount')::bigint as amount, a.id as account, a.unit_id, a.customer_id, a.balance, i.id as issue,
      exists (select 1 from lots where tenant_id = p_tenant and account_id = a.id and is_open and expires_at <= p_now)
        or exists (select 1 from ledger_accounts where tenant_id = p_tenant and customer_id = a.customer_id and unit_id = a.unit_id
          and role in ('pending', 'owed') and spend_condition = a.spend_condition and balance <> 0) as due
      from jsonb_array_elements(p_ops) with ordinality o (op, position)
      join ledger_accounts a on a.tenant_id = p_tenant and a.customer_id = (o.op ->> 'customerId')::bigint and a.unit_id = (o.op ->> 'unitId')::bigint
        and a.role = 'available' and a.spend_condition = coalesce(o.op ->> 'spendCondition', '')
      join ledger_accounts i on i.tenant_id = p_tenant and i.customer_id is null and i.unit_id = a.unit_id and i.role = 'issue' and i.spend_condition = ''),
  -- Ids are drawn here, so that nothing below has to be found again by its key.
  simple as materialized (
    select *, nextval('entity_id') as id from (select * from ops where not exists (select 1 from ops where due) order by position) ops),
  posted as (
    insert into postings (tenant_id, id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, programme_id, purchase_id, note, data,
      actor, occurred_at)
    select p_tenant, id, key, 'earn', unit_id, issue, account, amount, customer_id, (op ->> 'programmeId')::bigint, (op ->> 'purchaseId')::bigint,
      op ->> 'note', op -> 'data', p_actor, coalesce((op ->> 'occurredAt')::timestamptz, p_now) from simple),
  booked as (
    update ledger_accounts a set balance = a.balance + s.amount from (select account, sum(amount) as amount from simple group by account) s
     where a.tenant_id = p_tenant and a.id = s.account),
  laid as (
    insert into lots (tenant_id, account_id, posting_id, amount, remaining, expires_at)
    select p_tenant, account, id, amount, amount, (op ->> 'expiresAt')::timestamptz from simple),
  told as (
    insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
    select p_tenant, 'posting', id, customer_id, 'earn', jsonb_build_object('unitId', unit_id, 'amount', amount) from simple)
  select jsonb_agg(jsonb_build_object('key', key, 'postingId', id, 'amount', amount, 'replayed', false, 'balance', balance + running)
      order by position) into v_results
    from (select *, sum(amount) over (partition by account order by position) as running from simple) s;
  return v_results;
end $$;

-- Applies operations in their order and answers one result each. Locks the customers' accounts in one order first, so
-- that two batches cannot deadlock on them. A refused operation changes nothing and does not stop the others: the caller
-- decides whether the transaction goes on.
create function ledger_apply(p_tenant bigint, p_now timestamptz, p_actor text, p_ops jsonb)
returns jsonb language plpgsql as $$
declare v_ops jsonb := p_ops; v_op jsonb; v_results jsonb[] := '{}'; v_many jsonb; v_owner record; v_account bigint;
  v_single boolean := jsonb_array_length(p_ops) = 1 and not (p_ops -> 0) ? 'toCustomerId';
begin
  loop
    if v_single then
      v_op := v_ops -> 0;
      v_account := ledger_lock(p_tenant, (v_op ->> 'unitId')::bigint, (v_op ->> 'customerId')::bigint, coalesce(v_op ->> 'spendCondition', ''));
      exit when not exists (select 1 from customers where tenant_id = p_tenant and id = (v_op ->> 'customerId')::bigint and state = 'merged');
    else
      for v_owner in
        select distinct unit_id, customer_id, condition from (
          select (op ->> 'unitId')::bigint as unit_id, (op ->> 'customerId')::bigint as customer_id, coalesce(op ->> 'spendCondition', '') as condition
            from jsonb_array_elements(v_ops) op
          union all
          select (op ->> 'unitId')::bigint, (op ->> 'toCustomerId')::bigint, coalesce(op ->> 'spendCondition', '')
            from jsonb_array_elements(v_ops) op where op ? 'toCustomerId') owners
         order by customer_id, unit_id, condition loop
        v_account := ledger_lock(p_tenant, v_owner.unit_id, v_owner.customer_id, v_owner.condition);
      end loop;
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
  if not v_single then
    v_many := ledger_earn_many(p_tenant, v_ops, p_now, p_actor);
    if v_many is not null then return v_many; end if;
  end if;
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

-- For a merge: every balance of one customer goes to the survivor, and so do the very lots. Answers the lots' ids.
create function ledger_merge(p_tenant bigint, p_now timestamptz, p_actor text, p_key text, p_from bigint, p_into bigint)
returns jsonb language plpgsql as $$
declare v_account record; v_target bigint; v_lots bigint[] := '{}'; v_moved bigint[];
begin
  perform ledger_account(p_tenant, unit_id, p_into, 'available', spend_condition) from ledger_accounts
    where tenant_id = p_tenant and customer_id = p_from order by unit_id, spend_condition;
  perform 1 from ledger_accounts where tenant_id = p_tenant and customer_id in (p_from, p_into) and role = 'available'
    order by customer_id, unit_id, spend_condition for update;
  for v_account in select * from ledger_accounts where tenant_id = p_tenant and customer_id = p_from
     order by unit_id, spend_condition, role loop
    v_target := ledger_account(p_tenant, v_account.unit_id, p_into, v_account.role, v_account.spend_condition);
    if v_account.balance > 0 then
      perform ledger_write(p_tenant, p_key || ':' || v_account.id, 'transfer', v_account.unit_id, v_account.id, v_target,
        v_account.balance, p_from, '{"note": "merge"}', p_now, p_actor);
    elsif v_account.balance < 0 then
      perform ledger_write(p_tenant, p_key || ':' || v_account.id, 'transfer', v_account.unit_id, v_target, v_account.id,
        -v_account.balance, p_from, '{"note": "merge"}', p_now, p_actor);
    end if;
    with moved as (update lots set account_id = v_target where tenant_id = p_tenant and account_id = v_account.id returning id)
    select coalesce(array_agg(id), '{}') into v_moved from moved;
    v_lots := v_lots || v_moved;
    if v_account.role = 'available' then
      perform ledger_settle(p_tenant, v_account.unit_id, p_into, v_target, v_account.spend_condition, p_now);
    end if;
  end loop;
  return to_jsonb(v_lots);
end $$;

-- Undoes ledger_merge: the lots go back with what is left in them. What the two spent together stays spent; what is held
-- or owed stays with the survivor.
create function ledger_unmerge(p_tenant bigint, p_now timestamptz, p_actor text, p_key text, p_from bigint, p_into bigint, p_lots bigint[])
returns void language plpgsql as $$
declare v_account record; v_target bigint; v_amount bigint;
begin
  perform 1 from ledger_accounts where tenant_id = p_tenant and customer_id in (p_from, p_into) and role = 'available'
    order by customer_id, unit_id, spend_condition for update;
  for v_account in select * from ledger_accounts where tenant_id = p_tenant and customer_id = p_from
     and role in ('available', 'pending') order by unit_id, spend_condition, role loop
    v_target := ledger_account(p_tenant, v_account.unit_id, p_into, v_account.role, v_account.spend_condition);
    with moved as (update lots set account_id = v_target
      where tenant_id = p_tenant and account_id = v_account.id and id = any (p_lots) returning remaining)
    select coalesce(sum(remaining), 0) into v_amount from moved;
    if v_amount > 0 then
      perform ledger_write(p_tenant, p_key || ':' || v_account.id, 'transfer', v_account.unit_id, v_account.id, v_target,
        v_amount, p_from, '{"note": "merge undone"}', p_now, p_actor);
    end if;
  end loop;
end $$;
