create table customers (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  kind text not null default 'person' constraint customers_kind check (kind in ('person', 'company')),
  -- anonymous: a device without a person; identified: somebody; merged: see merged_into; erased: a customer without a name
  state text not null default 'identified' constraint customers_state check (state in ('anonymous', 'identified', 'merged', 'erased')),
  merged_into bigint,
  -- sixteen digits, shown to people and to APIs that name a customer by a code
  code text not null,
  title text,
  first_name text,
  middle_name text,
  last_name text,
  company_name text,
  gender text constraint customers_gender check (gender in ('male', 'female', 'other')),
  birthday date,
  language text,
  country text,
  time_zone text,
  password_hash text,
  store_id bigint,
  source text,
  -- free attributes: {"firstname": "Jane"}; keys are lower case
  attributes jsonb not null default '{}',
  first_seen_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint customers_code_key unique (tenant_id, code),
  foreign key (tenant_id, merged_into) references customers (tenant_id, id),
  foreign key (tenant_id, store_id) references organisations (tenant_id, id),
  constraint customers_merged check ((state = 'merged') = (merged_into is not null))
);
create index customers_name on customers (tenant_id, lower(last_name), lower(first_name), id);
create index customers_merged_into on customers (tenant_id, merged_into) where merged_into is not null;
create extension if not exists pg_trgm;
-- Search by part of a name: one expression, the same as in core/customers/store.ts.
create index customers_search on customers using gin
  ((lower(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(company_name, '') || ' ' || code)) gin_trgm_ops);

-- Search by what the attributes contain (an id card's number, a segment's rule).
create index customers_attributes on customers using gin (attributes jsonb_path_ops);

-- A value that leads to one customer. `value` is normalised (lower-case e-mail, E.164 phone), `display` is what was given.
-- `source` is empty but for external ids, logins and social accounts: the number space the value belongs to.
create table identities (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint not null,
  kind text not null constraint identities_kind check (kind in ('email', 'phone', 'device', 'card', 'login', 'social', 'external')),
  source text not null default '',
  value text not null,
  display text not null,
  is_primary boolean not null default false,
  verified_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint identities_value_key unique (tenant_id, kind, source, value),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index identities_customer on identities (tenant_id, customer_id, kind);
create index identities_search on identities using gin (value gin_trgm_ops);
create unique index identities_primary_key on identities (tenant_id, customer_id, kind) where is_primary;

create table customer_addresses (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint not null,
  kind text not null default 'home',
  is_primary boolean not null default false,
  line1 text, line2 text, city text, region text, postal_code text, country text,
  latitude numeric(9, 6), longitude numeric(9, 6),
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index customer_addresses_customer on customer_addresses (tenant_id, customer_id);
create unique index customer_addresses_primary_key on customer_addresses (tenant_id, customer_id) where is_primary;

-- What a merge moved, so that it can be undone.
create table customer_merges (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  from_customer_id bigint not null,
  into_customer_id bigint not null,
  reason text not null,
  moved jsonb not null,
  created_at timestamptz not null default now(),
  undone_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, from_customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, into_customer_id) references customers (tenant_id, id)
);

create table attribute_definitions (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  -- null: for every customer; else only inside this list
  list_id bigint,
  name text not null,
  label text not null default '',
  data_type text not null default 'text' constraint attribute_definitions_type
    check (data_type in ('text', 'number', 'integer', 'boolean', 'date', 'gender', 'choice', 'choices', 'json')),
  choices jsonb not null default '[]',
  default_value text,
  preview_value text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint attribute_definitions_name_key unique nulls not distinct (tenant_id, list_id, name)
);

-- A customer comes from one or more sources (e-shop, store, newsletter); an external id lives in identities.
create table customer_source_records (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint not null,
  -- the code of a reference item of kind customer_source
  source text not null,
  external_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint customer_source_records_key unique nulls not distinct (tenant_id, customer_id, source, external_id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index customer_source_records_external on customer_source_records (tenant_id, source, external_id);
