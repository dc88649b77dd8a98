-- A loyalty programme: how customers earn and what it is worth. Kinds: points per amount; stored value (gift card);
-- a fixed reward an event; visits; pieces of items (buy X).
create table programmes (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  kind text not null constraint programmes_kind check (kind in ('points', 'stored_value', 'fixed_reward', 'visits', 'items')),
  name text not null,
  unit_id bigint not null,
  is_default boolean not null default false,
  -- {pointsPerUnit, pointsPerCurrencyUnitRedeemed, rewardMinor, earnSources: [...], expiresAfterDays, activatesAfterDays, ...}
  settings jsonb not null default '{}',
  state text not null default 'active' constraint programmes_state check (state in ('active', 'inactive', 'deleted')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, unit_id) references units (tenant_id, id)
);
create unique index programmes_default_key on programmes (tenant_id) where is_default;

create table tiers (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  programme_id bigint not null,
  name text not null,
  rank int not null,
  -- how many points earned (minor units of the programme's unit) lead into the tier
  threshold bigint not null,
  settings jsonb not null default '{}',
  primary key (tenant_id, id),
  constraint tiers_rank_key unique (tenant_id, programme_id, rank),
  foreign key (tenant_id, programme_id) references programmes (tenant_id, id)
);
create table customer_tiers (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint not null,
  tier_id bigint not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, tier_id) references tiers (tenant_id, id)
);
create index customer_tiers_customer on customer_tiers (tenant_id, customer_id, valid_from);

create table card_types (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  code text not null,
  name text not null,
  prefix text not null default '',
  primary key (tenant_id, id),
  constraint card_types_code_key unique (tenant_id, code)
);
-- A card exists before it belongs to somebody; when it does, an identity of kind card leads to the customer.
create table cards (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  card_type_id bigint not null,
  number text not null,
  customer_id bigint,
  store_id bigint,
  state text not null default 'active' constraint cards_state check (state in ('active', 'blocked')),
  valid_from timestamptz,
  valid_to timestamptz,
  data jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint cards_number_key unique (tenant_id, number),
  foreign key (tenant_id, card_type_id) references card_types (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index cards_customer on cards (tenant_id, customer_id);
