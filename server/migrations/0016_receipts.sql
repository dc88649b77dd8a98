-- A receipt is written by one statement (core/purchases/receipt-store.ts); what it needs beside the tables.

-- What the rules decided for a sale and why, where there were rules beyond the base programme.
alter table purchases add column decisions jsonb;

-- All receipts of a shop name the same tenant, stores and programmes; checking them locks those few rows for every receipt, and
-- so all receipts meet there. The ids come from rows that were read by the same request; regulars verify proves that they exist.
alter table purchases drop constraint purchases_tenant_id_fkey, drop constraint purchases_tenant_id_store_id_fkey;
alter table purchase_numbers drop constraint purchase_numbers_tenant_id_fkey;
alter table purchase_reports drop constraint purchase_reports_tenant_id_fkey;
alter table purchase_effects drop constraint purchase_effects_tenant_id_programme_id_fkey;

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
