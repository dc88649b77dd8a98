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
  -- the customer behind the device at that time; a merge moves them by customers.merged_into
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
