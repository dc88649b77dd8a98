-- What a charge is called on a statement, and depreciation that looks at each earning by itself: a share of it is lost when it is so old.
alter table programme_charges add column name text;
alter table programme_charges add column per_earning boolean not null default false
  constraint programme_charges_per_earning check (not (per_earning and (only_dormant or kind = 'fee')));

-- As before; with a lot named, only what is left of that one.
create or replace function ledger_lapse(
  p_tenant bigint, p_unit bigint, p_customer bigint, p_key text, p_amount bigint, p_op jsonb, p_now timestamptz, p_actor text)
returns bigint language plpgsql as $$
declare v_available bigint; v_balance bigint; v_posting bigint; v_lot bigint := (p_op ->> 'lotId')::bigint;
begin
  v_available := ledger_lock(p_tenant, p_unit, p_customer, '');
  if exists (select 1 from postings where tenant_id = p_tenant and key = p_key) then return null; end if;
  perform ledger_settle(p_tenant, p_unit, p_customer, v_available, '', p_now);
  select least(balance, p_amount) into v_balance from ledger_accounts where tenant_id = p_tenant and id = v_available;
  if v_lot is not null then
    select least(v_balance, sum(remaining)) into v_balance from lots where tenant_id = p_tenant and id = v_lot and account_id = v_available;
  end if;
  if coalesce(v_balance, 0) <= 0 then return null; end if;
  v_posting := ledger_write(p_tenant, p_key, 'expire', p_unit, v_available, ledger_account(p_tenant, p_unit, null, 'expiry'), v_balance,
    p_customer, p_op, p_now, p_actor);
  perform ledger_take(p_tenant, v_available, v_posting, v_balance, v_lot);
  return v_posting;
end $$;
