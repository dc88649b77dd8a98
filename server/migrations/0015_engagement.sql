-- An event that a shop's own system told of a customer, to be found by the shop's numbers. The event itself, with what it
-- carries, is in events; the two are written together.
create table event_records (
  tenant_id bigint not null references tenants (id),
  event_id bigint not null,
  occurred_at timestamptz not null,
  -- a reference item of kind event_type
  event_type_id bigint not null,
  customer_id bigint not null,
  external_id text not null,
  secondary_external_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, event_id),
  constraint event_records_key unique nulls not distinct (tenant_id, event_type_id, customer_id, external_id, secondary_external_id),
  foreign key (tenant_id, event_type_id) references reference_items (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index event_records_customer on event_records (tenant_id, customer_id, occurred_at desc, event_id desc);
create index event_records_time on event_records (tenant_id, occurred_at desc, event_id desc);

-- Points set aside by a shop's own system until it frees or spends them, or the time is over. The value itself is held in the
-- ledger under hold_key.
create table point_reservations (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  external_id text not null,
  customer_id bigint not null,
  unit_id bigint not null,
  amount bigint not null constraint point_reservations_amount check (amount > 0),
  state text not null default 'held' constraint point_reservations_state check (state in ('held', 'freed', 'expired')),
  hold_key text not null,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint point_reservations_external_id_key unique (tenant_id, external_id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, unit_id) references units (tenant_id, id)
);
create index point_reservations_customer on point_reservations (tenant_id, customer_id, id);
create index point_reservations_due on point_reservations (expires_at) where state = 'held' and expires_at is not null;

-- Two customers and what one is to the other.
create table customer_relations (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint not null,
  related_customer_id bigint not null,
  -- a reference item of kind relation_type
  type_id bigint not null,
  is_leading boolean not null default false,
  valid_from timestamptz not null,
  valid_to timestamptz,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, related_customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, type_id) references reference_items (tenant_id, id)
);
create index customer_relations_customer on customer_relations (tenant_id, customer_id, id);
create index customer_relations_related on customer_relations (tenant_id, related_customer_id);

-- What a customer is interested in, of the tenant's list (reference items of kind interest), and the partners that they do
-- not belong to any more: everybody belongs to every partner until taken away.
create table customer_interests (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint not null,
  interest_id bigint not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint customer_interests_key unique (tenant_id, customer_id, interest_id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, interest_id) references reference_items (tenant_id, id)
);
create table customer_partners_left (
  tenant_id bigint not null references tenants (id),
  customer_id bigint not null,
  -- the tenant itself (its own id), or a reference item of kind partner
  partner_id bigint not null,
  primary key (tenant_id, customer_id, partner_id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);

-- Pictures: of customers, of their cards. Named to the outside by an opaque id that nobody can guess.
create table files (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  purpose text not null,
  customer_id bigint,
  media_type text not null,
  content bytea not null constraint files_size check (octet_length(content) <= 5000000),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index files_customer on files (tenant_id, customer_id, purpose) where customer_id is not null;

-- Which group a segment stands in (a reference item of kind segment_group), and what people noted of it.
alter table segments add column group_id bigint;
alter table segments add column note text;
alter table segments add column priority int;

-- The template a message was made of (a reference item of kind message_template).
alter table messages add column template_id bigint;
