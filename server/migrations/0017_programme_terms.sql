-- What a programme costs and gives beyond its ratio: rewards of its own, promotions that a cashier names, items to count, value
-- that lapses by the clock, and who was told that they belong.

-- A reward may be paid with another programme's value than the default points (visits, a second kind of points).
alter table rewards add column programme_id bigint;
alter table rewards add constraint rewards_programme_fkey foreign key (tenant_id, programme_id) references programmes (tenant_id, id);
create index rewards_programme on rewards (tenant_id, programme_id) where programme_id is not null;

-- A promotion is a rule that counts only where the sale names it; `code` is the shop's own number of it.
alter table earning_rules add column on_request boolean not null default false;
alter table earning_rules add column code text;

-- Whether a form shows an attribute.
alter table attribute_definitions add column shown boolean not null default true;

-- What a programme of kind `items` counts, each in a unit of its own. `needed` pieces buy a free one.
create table programme_items (
  tenant_id bigint not null references tenants (id),
  programme_id bigint not null,
  unit_id bigint not null,
  needed int not null default 1 constraint programme_items_needed check (needed between 1 and 10000),
  state text not null default 'active' constraint programme_items_state check (state in ('active', 'deleted')),
  primary key (tenant_id, unit_id),
  foreign key (tenant_id, programme_id) references programmes (tenant_id, id),
  foreign key (tenant_id, unit_id) references units (tenant_id, id)
);
create index programme_items_programme on programme_items (tenant_id, programme_id);
insert into programme_items (tenant_id, programme_id, unit_id) select tenant_id, id, unit_id from programmes where kind = 'items';

-- Value that a balance loses by the clock: a share of it (depreciation) or a fixed amount (fee), each interval, from everybody
-- or only from those who did nothing meanwhile.
create table programme_charges (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  programme_id bigint not null,
  kind text not null constraint programme_charges_kind check (kind in ('depreciation', 'fee')),
  -- depreciation: hundredths of a percent; fee: minor units of the programme's unit
  amount bigint not null constraint programme_charges_amount check (amount > 0 and (kind = 'fee' or amount <= 10000)),
  every int not null constraint programme_charges_every check (every between 1 and 1000),
  period text not null constraint programme_charges_period check (period in ('day', 'week', 'month', 'year')),
  only_dormant boolean not null default false,
  state text not null default 'active' constraint programme_charges_state check (state in ('active', 'deleted')),
  -- nobody is charged for the time before
  starts_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, programme_id) references programmes (tenant_id, id)
);
create index programme_charges_active on programme_charges (tenant_id, programme_id) where state = 'active';

-- Up to when a customer was charged.
create table charges_done (
  tenant_id bigint not null references tenants (id),
  charge_id bigint not null,
  customer_id bigint not null,
  charged_until timestamptz not null,
  primary key (tenant_id, charge_id, customer_id)
);

-- Who was made a member without having earned anything; numbered like postings, among which lists show it.
create table programme_members (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  programme_id bigint not null,
  customer_id bigint not null,
  actor text not null default '',
  joined_at timestamptz not null,
  primary key (tenant_id, id),
  constraint programme_members_key unique (tenant_id, programme_id, customer_id),
  foreign key (tenant_id, programme_id) references programmes (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);

-- Takes up to an amount off a customer's balance for good, as expiry does; null where the key is known or nothing is left.
create function ledger_lapse(
  p_tenant bigint, p_unit bigint, p_customer bigint, p_key text, p_amount bigint, p_op jsonb, p_now timestamptz, p_actor text)
returns bigint language plpgsql as $$
declare v_available bigint; v_balance bigint; v_posting bigint;
begin
  v_available := ledger_lock(p_tenant, p_unit, p_customer, '');
  if exists (select 1 from postings where tenant_id = p_tenant and key = p_key) then return null; end if;
  perform ledger_settle(p_tenant, p_unit, p_customer, v_available, '', p_now);
  select least(balance, p_amount) into v_balance from ledger_accounts where tenant_id = p_tenant and id = v_available;
  if v_balance <= 0 then return null; end if;
  v_posting := ledger_write(p_tenant, p_key, 'expire', p_unit, v_available, ledger_account(p_tenant, p_unit, null, 'expiry'), v_balance,
    p_customer, p_op, p_now, p_actor);
  perform ledger_take(p_tenant, v_available, v_posting, v_balance);
  return v_posting;
end $$;
