create sequence event_id;

create table devices (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  -- what the browser or app calls itself
  did text not null,
  customer_id bigint not null,
  platform text,
  push_token text,
  time_zone_minutes int,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint devices_did_key unique (tenant_id, did),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index devices_customer on devices (tenant_id, customer_id);

-- Partitioned by time; a partition a month is made ahead by a job, the default one catches the rest.
create table events (
  tenant_id bigint not null,
  id bigint not null default nextval('event_id'),
  occurred_at timestamptz not null,
  type text not null,
  -- the customer behind the device at that time; readers follow customers.merged_into, so a merge moves nothing here
  customer_id bigint,
  device_id bigint,
  session text,
  product_code text,
  quantity numeric(14, 3),
  data jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id, occurred_at)
) partition by range (occurred_at);
create table events_default partition of events default;
create index events_customer on events (tenant_id, customer_id, occurred_at desc);
create index events_product on events (tenant_id, product_code, occurred_at desc) where product_code is not null;

-- Makes the partition of a month (in UTC) and moves there what the default one has caught of it meanwhile. False when it is there.
create function make_event_partition(month date) returns boolean language plpgsql as $$
declare
  first_day timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
  next_month timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
  name text := 'events_' || to_char(month, 'YYYY_MM');
begin
  perform pg_advisory_xact_lock(hashtext('make_event_partition'));
  if to_regclass(name) is not null then return false; end if;
  execute format('create table %I (like events including defaults including constraints)', name);
  -- Nobody may write this month into the default partition between the move and the attachment.
  lock table events_default in access exclusive mode;
  execute format('with moved as (delete from events_default where occurred_at >= %L and occurred_at < %L returning *)
    insert into %I select * from moved', first_day, next_month, name);
  execute format('alter table events attach partition %I for values from (%L) to (%L)', name, first_day, next_month);
  return true;
end $$;

-- The first months at once; a job makes the next ones ahead of time.
select make_event_partition((date_trunc('month', now() at time zone 'UTC') + ahead * interval '1 month')::date)
  from generate_series(0, 3) as ahead;

-- Keys that clients gave their events: the same event told twice is one.
create table event_keys (
  tenant_id bigint not null,
  key text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);

-- What a customer has in the cart and on the wish list now.
create table collected_items (
  tenant_id bigint not null references tenants (id),
  customer_id bigint not null,
  kind text not null constraint collected_items_kind check (kind in ('cart', 'wish')),
  product_code text not null,
  quantity numeric(14, 3) not null default 1,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, customer_id, kind, product_code),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
