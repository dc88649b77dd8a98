-- Written by `node tools/schema.ts` from a migrated database; do not edit. The job queue's own schema
-- (graphile_worker) and partitions, which are made as time passes, are left out.

create extension pg_trgm;

create sequence entity_id as bigint start 1000 increment 1 cache 1;
create sequence event_id as bigint start 1 increment 1 cache 1;

create table api_credentials (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  api text not null,
  kind text not null,
  public_id text not null,
  secret_hash text,
  sealed_secret bytea,
  data jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  revoked_at timestamp with time zone,
  constraint api_credentials_pkey PRIMARY KEY (tenant_id, id),
  constraint api_credentials_key UNIQUE (tenant_id, api, kind, public_id),
  constraint api_credentials_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index api_credentials_public on api_credentials USING btree (api, kind, public_id);

create table api_keys (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  name text not null,
  key_hash text not null,
  key_prefix text not null,
  scopes text[] default '{}'::text[] not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (tenant_id, id),
  constraint api_keys_hash_key UNIQUE (tenant_id, key_hash),
  constraint api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index api_keys_hash on api_keys USING btree (key_hash);

create table api_tokens (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  api text not null,
  kind text not null,
  token_hash text not null,
  customer_id bigint,
  data jsonb default '{}'::jsonb not null,
  expires_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  revoked_at timestamp with time zone,
  constraint api_tokens_pkey PRIMARY KEY (tenant_id, id),
  constraint api_tokens_hash_key UNIQUE (tenant_id, token_hash),
  constraint api_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index api_tokens_customer on api_tokens USING btree (tenant_id, customer_id);
create index api_tokens_hash on api_tokens USING btree (token_hash);

create table attempt_counters (
  scope text not null,
  subject_hash text not null,
  started_at timestamp with time zone not null,
  attempts integer not null,
  constraint attempt_counters_pkey PRIMARY KEY (scope, subject_hash)
);
create index attempt_counters_age on attempt_counters USING btree (started_at);

create table attribute_definitions (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  list_id bigint,
  name text not null,
  label text default ''::text not null,
  data_type text default 'text'::text not null,
  choices jsonb default '[]'::jsonb not null,
  default_value text,
  preview_value text,
  created_at timestamp with time zone default now() not null,
  shown boolean default true not null,
  constraint attribute_definitions_pkey PRIMARY KEY (tenant_id, id),
  constraint attribute_definitions_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, list_id, name),
  constraint attribute_definitions_type CHECK ((data_type = ANY (ARRAY['text'::text, 'number'::text, 'integer'::text, 'boolean'::text, 'date'::text, 'gender'::text, 'choice'::text, 'choices'::text, 'json'::text]))),
  constraint attribute_definitions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table audit_log (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  actor_kind text not null,
  actor_id text not null,
  via text default ''::text not null,
  ip text,
  action text not null,
  entity text,
  entity_id bigint,
  data jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint audit_log_pkey PRIMARY KEY (tenant_id, id),
  constraint audit_log_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index audit_log_entity on audit_log USING btree (tenant_id, entity, entity_id, id);

create table brands (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  external_id text not null,
  name text not null,
  state text default 'active'::text not null,
  updated_at timestamp with time zone default now() not null,
  constraint brands_pkey PRIMARY KEY (tenant_id, id),
  constraint brands_external_id_key UNIQUE (tenant_id, external_id),
  constraint brands_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table card_types (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  code text not null,
  name text not null,
  prefix text default ''::text not null,
  constraint card_types_pkey PRIMARY KEY (tenant_id, id),
  constraint card_types_code_key UNIQUE (tenant_id, code),
  constraint card_types_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table cards (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  card_type_id bigint not null,
  number text not null,
  customer_id bigint,
  store_id bigint,
  state text default 'active'::text not null,
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  data jsonb default '{}'::jsonb not null,
  updated_at timestamp with time zone default now() not null,
  constraint cards_pkey PRIMARY KEY (tenant_id, id),
  constraint cards_number_key UNIQUE (tenant_id, number),
  constraint cards_state CHECK ((state = ANY (ARRAY['active'::text, 'blocked'::text]))),
  constraint cards_tenant_id_card_type_id_fkey FOREIGN KEY (tenant_id, card_type_id) REFERENCES card_types(tenant_id, id),
  constraint cards_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint cards_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index cards_customer on cards USING btree (tenant_id, customer_id);
create index cards_search on cards USING gin (number gin_trgm_ops);

create table categories (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  parent_id bigint,
  external_id text not null,
  name text not null,
  data jsonb default '{}'::jsonb not null,
  state text default 'active'::text not null,
  updated_at timestamp with time zone default now() not null,
  constraint categories_pkey PRIMARY KEY (tenant_id, id),
  constraint categories_external_id_key UNIQUE (tenant_id, external_id),
  constraint categories_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint categories_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES categories(tenant_id, id)
);

create table change_readers (
  tenant_id bigint not null,
  reader text not null,
  xid xid8 default '0'::xid8 not null,
  id bigint default 0 not null,
  constraint change_readers_pkey PRIMARY KEY (tenant_id, reader),
  constraint change_readers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table changes (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  xid xid8 default pg_current_xact_id() not null,
  entity text not null,
  entity_id bigint not null,
  customer_id bigint,
  operation text not null,
  data jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint changes_pkey PRIMARY KEY (tenant_id, id)
);
create index changes_customer on changes USING btree (tenant_id, customer_id, xid, id) WHERE (entity = ANY (ARRAY['customer'::text, 'card'::text]));
create index changes_customers on changes USING btree (tenant_id, xid, id) WHERE (entity = ANY (ARRAY['customer'::text, 'card'::text]));
create index changes_entity on changes USING btree (tenant_id, entity, entity_id, id);
create index changes_feed on changes USING btree (tenant_id, xid, id);

create table charges_done (
  tenant_id bigint not null,
  charge_id bigint not null,
  customer_id bigint not null,
  charged_until timestamp with time zone not null,
  constraint charges_done_pkey PRIMARY KEY (tenant_id, charge_id, customer_id),
  constraint charges_done_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table code_pools (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  name text not null,
  created_at timestamp with time zone default now() not null,
  constraint code_pools_pkey PRIMARY KEY (tenant_id, id),
  constraint code_pools_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table collected_items (
  tenant_id bigint not null,
  customer_id bigint not null,
  kind text not null,
  product_code text not null,
  quantity numeric(14,3) default 1 not null,
  updated_at timestamp with time zone default now() not null,
  constraint collected_items_pkey PRIMARY KEY (tenant_id, customer_id, kind, product_code),
  constraint collected_items_kind CHECK ((kind = ANY (ARRAY['cart'::text, 'wish'::text]))),
  constraint collected_items_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint collected_items_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table consent_history (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint,
  subject text not null,
  event text not null,
  source text not null,
  actor text not null,
  ip text,
  user_agent text,
  text_version text,
  data jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint consent_history_pkey PRIMARY KEY (tenant_id, id),
  constraint consent_history_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index consent_history_customer on consent_history USING btree (tenant_id, customer_id, id);
create index consent_history_time on consent_history USING btree (tenant_id, created_at, id);

create table consents (
  tenant_id bigint not null,
  customer_id bigint not null,
  consent_type text not null,
  given boolean not null,
  changed_at timestamp with time zone default now() not null,
  constraint consents_pkey PRIMARY KEY (tenant_id, customer_id, consent_type),
  constraint consents_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint consents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table customer_addresses (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint not null,
  kind text default 'home'::text not null,
  is_primary boolean default false not null,
  line1 text,
  line2 text,
  city text,
  region text,
  postal_code text,
  country text,
  latitude numeric(9,6),
  longitude numeric(9,6),
  data jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint customer_addresses_pkey PRIMARY KEY (tenant_id, id),
  constraint customer_addresses_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_addresses_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index customer_addresses_customer on customer_addresses USING btree (tenant_id, customer_id);
create unique index customer_addresses_primary_key on customer_addresses USING btree (tenant_id, customer_id) WHERE is_primary;
create index customer_addresses_search on customer_addresses USING gin (lower(((((((((COALESCE(line1, ''::text) || ' '::text) || COALESCE(line2, ''::text)) || ' '::text) || COALESCE(city, ''::text)) || ' '::text) || COALESCE(region, ''::text)) || ' '::text) || COALESCE(postal_code, ''::text))) gin_trgm_ops);

create table customer_interests (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint not null,
  interest_id bigint not null,
  updated_at timestamp with time zone default now() not null,
  constraint customer_interests_pkey PRIMARY KEY (tenant_id, id),
  constraint customer_interests_key UNIQUE (tenant_id, customer_id, interest_id),
  constraint customer_interests_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_interests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint customer_interests_tenant_id_interest_id_fkey FOREIGN KEY (tenant_id, interest_id) REFERENCES reference_items(tenant_id, id)
);

create table customer_merges (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  from_customer_id bigint not null,
  into_customer_id bigint not null,
  reason text not null,
  moved jsonb not null,
  created_at timestamp with time zone default now() not null,
  undone_at timestamp with time zone,
  constraint customer_merges_pkey PRIMARY KEY (tenant_id, id),
  constraint customer_merges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint customer_merges_tenant_id_from_customer_id_fkey FOREIGN KEY (tenant_id, from_customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_merges_tenant_id_into_customer_id_fkey FOREIGN KEY (tenant_id, into_customer_id) REFERENCES customers(tenant_id, id)
);

create table customer_partners_left (
  tenant_id bigint not null,
  customer_id bigint not null,
  partner_id bigint not null,
  constraint customer_partners_left_pkey PRIMARY KEY (tenant_id, customer_id, partner_id),
  constraint customer_partners_left_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_partners_left_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table customer_relations (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint not null,
  related_customer_id bigint not null,
  type_id bigint not null,
  is_leading boolean default false not null,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  constraint customer_relations_pkey PRIMARY KEY (tenant_id, id),
  constraint customer_relations_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_relations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint customer_relations_tenant_id_related_customer_id_fkey FOREIGN KEY (tenant_id, related_customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_relations_tenant_id_type_id_fkey FOREIGN KEY (tenant_id, type_id) REFERENCES reference_items(tenant_id, id)
);
create index customer_relations_customer on customer_relations USING btree (tenant_id, customer_id, id);
create index customer_relations_related on customer_relations USING btree (tenant_id, related_customer_id);

create table customer_source_records (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint not null,
  source text not null,
  external_id text,
  created_at timestamp with time zone default now() not null,
  constraint customer_source_records_pkey PRIMARY KEY (tenant_id, id),
  constraint customer_source_records_key UNIQUE NULLS NOT DISTINCT (tenant_id, customer_id, source, external_id),
  constraint customer_source_records_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_source_records_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index customer_source_records_external on customer_source_records USING btree (tenant_id, source, external_id);

create table customer_tiers (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint not null,
  tier_id bigint not null,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone,
  origin text default 'rule'::text not null,
  note text default ''::text not null,
  constraint customer_tiers_pkey PRIMARY KEY (tenant_id, id),
  constraint customer_tiers_origin CHECK ((origin = ANY (ARRAY['rule'::text, 'manual'::text]))),
  constraint customer_tiers_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint customer_tiers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint customer_tiers_tenant_id_tier_id_fkey FOREIGN KEY (tenant_id, tier_id) REFERENCES tiers(tenant_id, id)
);
create index customer_tiers_customer on customer_tiers USING btree (tenant_id, customer_id, valid_from);

create table customers (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  kind text default 'person'::text not null,
  state text default 'identified'::text not null,
  merged_into bigint,
  code text not null,
  title text,
  first_name text,
  middle_name text,
  last_name text,
  company_name text,
  gender text,
  birthday date,
  language text,
  country text,
  time_zone text,
  password_hash text,
  store_id bigint,
  source text,
  attributes jsonb default '{}'::jsonb not null,
  first_seen_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint customers_pkey PRIMARY KEY (tenant_id, id),
  constraint customers_code_key UNIQUE (tenant_id, code),
  constraint customers_gender CHECK ((gender = ANY (ARRAY['male'::text, 'female'::text, 'other'::text]))),
  constraint customers_kind CHECK ((kind = ANY (ARRAY['person'::text, 'company'::text]))),
  constraint customers_merged CHECK (((state = 'merged'::text) = (merged_into IS NOT NULL))),
  constraint customers_state CHECK ((state = ANY (ARRAY['anonymous'::text, 'identified'::text, 'merged'::text, 'erased'::text, 'bearer'::text]))),
  constraint customers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint customers_tenant_id_merged_into_fkey FOREIGN KEY (tenant_id, merged_into) REFERENCES customers(tenant_id, id),
  constraint customers_tenant_id_store_id_fkey FOREIGN KEY (tenant_id, store_id) REFERENCES organisations(tenant_id, id)
);
create index customers_attributes on customers USING gin (attributes jsonb_path_ops);
create index customers_bearers on customers USING btree (tenant_id, id) WHERE (state = 'bearer'::text);
create index customers_created on customers USING btree (tenant_id, created_at, id);
create index customers_merged_into on customers USING btree (tenant_id, merged_into) WHERE (merged_into IS NOT NULL);
create index customers_name on customers USING btree (tenant_id, lower(last_name), lower(first_name), id);
create index customers_search on customers USING gin (lower(((((((COALESCE(first_name, ''::text) || ' '::text) || COALESCE(last_name, ''::text)) || ' '::text) || COALESCE(company_name, ''::text)) || ' '::text) || code)) gin_trgm_ops);

create table devices (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  did text not null,
  customer_id bigint not null,
  platform text,
  push_token text,
  time_zone_minutes integer,
  created_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  constraint devices_pkey PRIMARY KEY (tenant_id, id),
  constraint devices_did_key UNIQUE (tenant_id, did),
  constraint devices_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint devices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index devices_customer on devices USING btree (tenant_id, customer_id);

create table earning_rules (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  name text not null,
  description text default ''::text not null,
  unit_id bigint not null,
  state text default 'draft'::text not null,
  priority integer default 5 not null,
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  definition jsonb not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  on_request boolean default false not null,
  code text,
  constraint earning_rules_pkey PRIMARY KEY (tenant_id, id),
  constraint earning_rules_priority CHECK (((priority >= 1) AND (priority <= 99))),
  constraint earning_rules_state CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'deleted'::text]))),
  constraint earning_rules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint earning_rules_tenant_id_unit_id_fkey FOREIGN KEY (tenant_id, unit_id) REFERENCES units(tenant_id, id)
);
create index earning_rules_active on earning_rules USING btree (tenant_id) WHERE (state = 'active'::text);

create table event_keys (
  tenant_id bigint not null,
  key text not null,
  created_at timestamp with time zone default now() not null,
  constraint event_keys_pkey PRIMARY KEY (tenant_id, key)
);

create table event_records (
  tenant_id bigint not null,
  event_id bigint not null,
  occurred_at timestamp with time zone not null,
  event_type_id bigint not null,
  customer_id bigint not null,
  external_id text not null,
  secondary_external_id text,
  created_at timestamp with time zone default now() not null,
  constraint event_records_pkey PRIMARY KEY (tenant_id, event_id),
  constraint event_records_key UNIQUE NULLS NOT DISTINCT (tenant_id, event_type_id, customer_id, external_id, secondary_external_id),
  constraint event_records_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint event_records_tenant_id_event_type_id_fkey FOREIGN KEY (tenant_id, event_type_id) REFERENCES reference_items(tenant_id, id),
  constraint event_records_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index event_records_customer on event_records USING btree (tenant_id, customer_id, occurred_at DESC, event_id DESC);
create index event_records_time on event_records USING btree (tenant_id, occurred_at DESC, event_id DESC);

create table events (
  tenant_id bigint not null,
  id bigint default nextval('event_id'::regclass) not null,
  occurred_at timestamp with time zone not null,
  type text not null,
  customer_id bigint,
  device_id bigint,
  session text,
  product_code text,
  quantity numeric(14,3),
  data jsonb,
  created_at timestamp with time zone default now() not null,
  constraint events_pkey PRIMARY KEY (tenant_id, id, occurred_at)
) partition by RANGE (occurred_at);
create index events_customer on events USING btree (tenant_id, customer_id, occurred_at DESC);
create index events_product on events USING btree (tenant_id, product_code, occurred_at DESC) WHERE (product_code IS NOT NULL);

create table files (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purpose text not null,
  customer_id bigint,
  media_type text not null,
  content bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint files_pkey PRIMARY KEY (tenant_id, id),
  constraint files_size CHECK ((octet_length(content) <= 5000000)),
  constraint files_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index files_customer on files USING btree (tenant_id, customer_id, purpose) WHERE (customer_id IS NOT NULL);

create table idempotency_keys (
  tenant_id bigint not null,
  scope text not null,
  key text not null,
  request_hash text not null,
  status integer,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, scope, key),
  constraint idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index idempotency_keys_age on idempotency_keys USING btree (created_at);

create table identities (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  customer_id bigint not null,
  kind text not null,
  source text default ''::text not null,
  value text not null,
  display text not null,
  is_primary boolean default false not null,
  verified_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint identities_pkey PRIMARY KEY (tenant_id, id),
  constraint identities_value_key UNIQUE (tenant_id, kind, source, value),
  constraint identities_kind CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text, 'device'::text, 'card'::text, 'login'::text, 'social'::text, 'external'::text]))),
  constraint identities_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint identities_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index identities_customer on identities USING btree (tenant_id, customer_id, kind);
create index identities_display on identities USING gin (display gin_trgm_ops) WHERE (display <> value);
create unique index identities_primary_key on identities USING btree (tenant_id, customer_id, kind) WHERE is_primary;
create index identities_search on identities USING gin (value gin_trgm_ops);

create table ledger_accounts (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  unit_id bigint not null,
  customer_id bigint,
  role text not null,
  spend_condition text default ''::text not null,
  balance bigint default 0 not null,
  constraint ledger_accounts_pkey PRIMARY KEY (tenant_id, id),
  constraint ledger_accounts_key UNIQUE NULLS NOT DISTINCT (tenant_id, customer_id, unit_id, role, spend_condition),
  constraint ledger_accounts_floor CHECK (
CASE
    WHEN (role = 'owed'::text) THEN (balance <= 0)
    WHEN (customer_id IS NOT NULL) THEN (balance >= 0)
    ELSE (balance = 0)
END)
);

create table list_members (
  tenant_id bigint not null,
  list_id bigint not null,
  customer_id bigint not null,
  registered_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  left_at timestamp with time zone,
  left_by_person boolean default false not null,
  bounced_at timestamp with time zone,
  source text default ''::text not null,
  attributes jsonb default '{}'::jsonb not null,
  updated_at timestamp with time zone default now() not null,
  constraint list_members_pkey PRIMARY KEY (tenant_id, list_id, customer_id),
  constraint list_members_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint list_members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint list_members_tenant_id_list_id_fkey FOREIGN KEY (tenant_id, list_id) REFERENCES lists(tenant_id, id) ON DELETE CASCADE
);
create index list_members_customer on list_members USING btree (tenant_id, customer_id);

create table lists (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  name text not null,
  description text default ''::text not null,
  locked boolean default false not null,
  settings jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint lists_pkey PRIMARY KEY (tenant_id, id),
  constraint lists_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table lot_movements (
  tenant_id bigint not null,
  posting_id bigint not null,
  lot_id bigint not null,
  amount bigint not null,
  constraint lot_movements_pkey PRIMARY KEY (tenant_id, posting_id, lot_id),
  constraint lot_movements_amount CHECK ((amount <> 0))
);
create index lot_movements_lot on lot_movements USING btree (tenant_id, lot_id);

create table lots (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  account_id bigint not null,
  posting_id bigint not null,
  amount bigint not null,
  remaining bigint not null,
  activates_at timestamp with time zone,
  expires_at timestamp with time zone,
  is_open boolean generated always as ((remaining > 0)) stored not null,
  constraint lots_pkey PRIMARY KEY (tenant_id, id),
  constraint lots_remaining CHECK (((remaining >= 0) AND (remaining <= amount)))
);
create index lots_due_activation on lots USING btree (activates_at) WHERE (is_open AND (activates_at IS NOT NULL));
create index lots_due_expiry on lots USING btree (expires_at) WHERE (is_open AND (expires_at IS NOT NULL));
create index lots_open on lots USING btree (tenant_id, account_id, expires_at, id) WHERE is_open;
create index lots_posting on lots USING btree (tenant_id, posting_id);

create table messages (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  key text not null,
  channel text not null,
  purpose text not null,
  customer_id bigint,
  list_id bigint,
  to_address text not null,
  subject text,
  body_text text,
  body_html text,
  headers jsonb default '{}'::jsonb not null,
  state text default 'waiting'::text not null,
  reason text,
  provider text,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  template_id bigint,
  constraint messages_pkey PRIMARY KEY (tenant_id, id),
  constraint messages_key_key UNIQUE (tenant_id, key),
  constraint messages_channel CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'push'::text]))),
  constraint messages_purpose CHECK ((purpose = ANY (ARRAY['bulk'::text, 'chain'::text, 'transactional'::text, 'security'::text]))),
  constraint messages_state CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'refused'::text, 'failed'::text]))),
  constraint messages_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint messages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index messages_customer on messages USING btree (tenant_id, customer_id, id DESC);
create index messages_to on messages USING btree (tenant_id, to_address, id DESC);
create index messages_waiting on messages USING btree (next_attempt_at) WHERE (state = 'waiting'::text);

create table one_time_codes (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purpose text not null,
  subject text not null,
  code_hash text not null,
  attempts_left integer default 5 not null,
  data jsonb default '{}'::jsonb not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint one_time_codes_pkey PRIMARY KEY (tenant_id, id),
  constraint one_time_codes_attempts CHECK ((attempts_left >= 0)),
  constraint one_time_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index one_time_codes_hash on one_time_codes USING btree (tenant_id, purpose, code_hash);
create index one_time_codes_subject on one_time_codes USING btree (tenant_id, purpose, subject, id);

create table organisations (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  parent_id bigint,
  kind text not null,
  code text not null,
  name text not null,
  email text,
  phone text,
  url text,
  description text,
  address jsonb default '{}'::jsonb not null,
  latitude numeric(9,6),
  longitude numeric(9,6),
  opening_hours jsonb default '[]'::jsonb not null,
  attributes jsonb default '{}'::jsonb not null,
  visible boolean default true not null,
  state text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint organisations_pkey PRIMARY KEY (tenant_id, id),
  constraint organisations_code_key UNIQUE (tenant_id, code),
  constraint organisations_kind CHECK ((kind = ANY (ARRAY['business'::text, 'merchant'::text, 'store'::text]))),
  constraint organisations_state CHECK ((state = ANY (ARRAY['active'::text, 'inactive'::text, 'deleted'::text]))),
  constraint organisations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint organisations_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES organisations(tenant_id, id)
);

create table point_reservations (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  external_id text not null,
  customer_id bigint not null,
  unit_id bigint not null,
  amount bigint not null,
  state text default 'held'::text not null,
  hold_key text not null,
  expires_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint point_reservations_pkey PRIMARY KEY (tenant_id, id),
  constraint point_reservations_external_id_key UNIQUE (tenant_id, external_id),
  constraint point_reservations_amount CHECK ((amount > 0)),
  constraint point_reservations_state CHECK ((state = ANY (ARRAY['held'::text, 'freed'::text, 'expired'::text]))),
  constraint point_reservations_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint point_reservations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint point_reservations_tenant_id_unit_id_fkey FOREIGN KEY (tenant_id, unit_id) REFERENCES units(tenant_id, id)
);
create index point_reservations_customer on point_reservations USING btree (tenant_id, customer_id, id);
create index point_reservations_due on point_reservations USING btree (expires_at) WHERE ((state = 'held'::text) AND (expires_at IS NOT NULL));

create table pool_codes (
  tenant_id bigint not null,
  pool_id bigint not null,
  code text not null,
  voucher_id bigint,
  constraint pool_codes_pkey PRIMARY KEY (tenant_id, pool_id, code),
  constraint pool_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint pool_codes_tenant_id_pool_id_fkey FOREIGN KEY (tenant_id, pool_id) REFERENCES code_pools(tenant_id, id) ON DELETE CASCADE
);
create index pool_codes_free on pool_codes USING btree (tenant_id, pool_id, code) WHERE (voucher_id IS NULL);

create table postings (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  key text not null,
  kind text not null,
  unit_id bigint not null,
  from_account_id bigint not null,
  to_account_id bigint not null,
  amount bigint not null,
  customer_id bigint not null,
  programme_id bigint,
  purchase_id bigint,
  reverses_id bigint,
  note text,
  data jsonb,
  actor text default ''::text not null,
  occurred_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  constraint postings_pkey PRIMARY KEY (tenant_id, id),
  constraint postings_key_key UNIQUE (tenant_id, key),
  constraint postings_amount CHECK ((amount > 0)),
  constraint postings_two_accounts CHECK ((from_account_id <> to_account_id))
);
create index postings_customer on postings USING btree (tenant_id, customer_id, id);
create index postings_purchase on postings USING btree (tenant_id, purchase_id) WHERE (purchase_id IS NOT NULL);
create index postings_reverses on postings USING btree (tenant_id, reverses_id) WHERE (reverses_id IS NOT NULL);
create index postings_time on postings USING btree (tenant_id, occurred_at);
create index postings_transfers on postings USING btree (tenant_id, to_account_id) WHERE (kind = 'transfer'::text);

create table product_codes (
  tenant_id bigint not null,
  list_code text not null,
  code text not null,
  product_id bigint not null,
  constraint product_codes_pkey PRIMARY KEY (tenant_id, list_code, code),
  constraint product_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint product_codes_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products(tenant_id, id) ON DELETE CASCADE
);
create index product_codes_product on product_codes USING btree (tenant_id, product_id);

create table products (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  code text not null,
  name text not null,
  description text default ''::text not null,
  brand_id bigint,
  category_id bigint,
  price_minor bigint,
  old_price_minor bigint,
  currency text,
  vat_rate numeric(6,3),
  url text,
  image_url text,
  available boolean default true not null,
  stock_quantity numeric(14,3),
  composition text default 'flat'::text not null,
  data jsonb default '{}'::jsonb not null,
  state text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint products_pkey PRIMARY KEY (tenant_id, id),
  constraint products_code_key UNIQUE (tenant_id, code),
  constraint products_state CHECK ((state = ANY (ARRAY['active'::text, 'inactive'::text, 'deleted'::text]))),
  constraint products_tenant_id_brand_id_fkey FOREIGN KEY (tenant_id, brand_id) REFERENCES brands(tenant_id, id),
  constraint products_tenant_id_category_id_fkey FOREIGN KEY (tenant_id, category_id) REFERENCES categories(tenant_id, id),
  constraint products_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index products_category on products USING btree (tenant_id, category_id);
create index products_name on products USING gin (lower(name) gin_trgm_ops);

create table programme_charges (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  programme_id bigint not null,
  kind text not null,
  amount bigint not null,
  every integer not null,
  period text not null,
  only_dormant boolean default false not null,
  state text default 'active'::text not null,
  starts_at timestamp with time zone not null,
  name text,
  per_earning boolean default false not null,
  constraint programme_charges_pkey PRIMARY KEY (tenant_id, id),
  constraint programme_charges_amount CHECK (((amount > 0) AND ((kind = 'fee'::text) OR (amount <= 10000)))),
  constraint programme_charges_every CHECK (((every >= 1) AND (every <= 1000))),
  constraint programme_charges_kind CHECK ((kind = ANY (ARRAY['depreciation'::text, 'fee'::text]))),
  constraint programme_charges_per_earning CHECK ((NOT (per_earning AND (only_dormant OR (kind = 'fee'::text))))),
  constraint programme_charges_period CHECK ((period = ANY (ARRAY['day'::text, 'week'::text, 'month'::text, 'year'::text]))),
  constraint programme_charges_state CHECK ((state = ANY (ARRAY['active'::text, 'deleted'::text]))),
  constraint programme_charges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint programme_charges_tenant_id_programme_id_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes(tenant_id, id)
);
create index programme_charges_active on programme_charges USING btree (tenant_id, programme_id) WHERE (state = 'active'::text);

create table programme_items (
  tenant_id bigint not null,
  programme_id bigint not null,
  unit_id bigint not null,
  needed integer default 1 not null,
  state text default 'active'::text not null,
  constraint programme_items_pkey PRIMARY KEY (tenant_id, unit_id),
  constraint programme_items_needed CHECK (((needed >= 1) AND (needed <= 10000))),
  constraint programme_items_state CHECK ((state = ANY (ARRAY['active'::text, 'deleted'::text]))),
  constraint programme_items_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint programme_items_tenant_id_programme_id_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes(tenant_id, id),
  constraint programme_items_tenant_id_unit_id_fkey FOREIGN KEY (tenant_id, unit_id) REFERENCES units(tenant_id, id)
);
create index programme_items_programme on programme_items USING btree (tenant_id, programme_id);

create table programme_members (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  programme_id bigint not null,
  customer_id bigint not null,
  actor text default ''::text not null,
  joined_at timestamp with time zone not null,
  constraint programme_members_pkey PRIMARY KEY (tenant_id, id),
  constraint programme_members_key UNIQUE (tenant_id, programme_id, customer_id),
  constraint programme_members_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint programme_members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint programme_members_tenant_id_programme_id_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes(tenant_id, id)
);

create table programmes (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  kind text not null,
  name text not null,
  unit_id bigint not null,
  is_default boolean default false not null,
  settings jsonb default '{}'::jsonb not null,
  state text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  constraint programmes_pkey PRIMARY KEY (tenant_id, id),
  constraint programmes_kind CHECK ((kind = ANY (ARRAY['points'::text, 'stored_value'::text, 'fixed_reward'::text, 'visits'::text, 'items'::text]))),
  constraint programmes_state CHECK ((state = ANY (ARRAY['active'::text, 'inactive'::text, 'deleted'::text]))),
  constraint programmes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint programmes_tenant_id_unit_id_fkey FOREIGN KEY (tenant_id, unit_id) REFERENCES units(tenant_id, id)
);
create unique index programmes_default_key on programmes USING btree (tenant_id) WHERE is_default;

create table purchase_discounts (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purchase_id bigint not null,
  reward_id bigint,
  voucher_id bigint,
  code text not null,
  line_position integer,
  amount_minor bigint not null,
  constraint purchase_discounts_pkey PRIMARY KEY (tenant_id, id),
  constraint purchase_discounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index purchase_discounts_purchase on purchase_discounts USING btree (tenant_id, purchase_id);
create index purchase_discounts_reward on purchase_discounts USING btree (tenant_id, reward_id) WHERE (reward_id IS NOT NULL);

create table purchase_effects (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purchase_id bigint not null,
  kind text not null,
  programme_id bigint,
  unit_id bigint not null,
  amount bigint not null,
  posting_key text not null,
  original_id bigint,
  why jsonb default '{}'::jsonb not null,
  constraint purchase_effects_pkey PRIMARY KEY (tenant_id, id),
  constraint purchase_effects_posting_key UNIQUE (tenant_id, posting_key),
  constraint purchase_effects_amount CHECK ((amount > 0))
);
create index purchase_effects_original on purchase_effects USING btree (tenant_id, original_id) WHERE (original_id IS NOT NULL);
create index purchase_effects_purchase on purchase_effects USING btree (tenant_id, purchase_id);

create table purchase_lines (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purchase_id bigint not null,
  "position" integer not null,
  product_id bigint,
  code text not null,
  name text default ''::text not null,
  quantity numeric(14,3) not null,
  unit_price numeric(18,6) not null,
  total_minor bigint not null,
  vat_rate numeric(6,3),
  category_code text,
  item_type text,
  earns boolean default true not null,
  cancelled_quantity numeric(14,3) default 0 not null,
  cancels_line_id bigint,
  data jsonb,
  constraint purchase_lines_pkey PRIMARY KEY (tenant_id, id),
  constraint purchase_lines_position_key UNIQUE (tenant_id, purchase_id, "position")
);

create table purchase_numbers (
  tenant_id bigint not null,
  number text not null,
  constraint purchase_numbers_pkey PRIMARY KEY (tenant_id, number)
);

create table purchase_payments (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purchase_id bigint not null,
  kind text not null,
  amount_minor bigint not null,
  unit_id bigint,
  unit_amount bigint,
  posting_key text,
  data jsonb,
  constraint purchase_payments_pkey PRIMARY KEY (tenant_id, id)
);
create index purchase_payments_purchase on purchase_payments USING btree (tenant_id, purchase_id);

create table purchase_reports (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  purchase_id bigint not null,
  space text not null,
  number text not null,
  source text not null,
  confirmed boolean not null,
  total_minor bigint,
  customer_id bigint,
  occurred_at timestamp with time zone not null,
  request_hash text not null,
  created_at timestamp with time zone default now() not null,
  constraint purchase_reports_pkey PRIMARY KEY (tenant_id, id),
  constraint purchase_reports_number_key UNIQUE (tenant_id, space, number)
);
create index purchase_reports_purchase on purchase_reports USING btree (tenant_id, purchase_id);

create table purchases (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  kind text default 'sale'::text not null,
  number text not null,
  customer_id bigint,
  store_id bigint,
  source text not null,
  confirmed boolean not null,
  lines_source text,
  state text default 'completed'::text not null,
  currency text not null,
  total_minor bigint,
  occurred_at timestamp with time zone not null,
  cancels_id bigint,
  type_code text,
  channel text,
  till text,
  card_number text,
  data jsonb default '{}'::jsonb not null,
  earned_at timestamp with time zone,
  possible_twin boolean default false not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  decisions jsonb,
  constraint purchases_pkey PRIMARY KEY (tenant_id, id),
  constraint purchases_tenant_id_cancels_id_fkey FOREIGN KEY (tenant_id, cancels_id) REFERENCES purchases(tenant_id, id),
  constraint purchases_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id)
);
create index purchases_cancels on purchases USING btree (tenant_id, cancels_id) WHERE (cancels_id IS NOT NULL);
create index purchases_customer on purchases USING btree (tenant_id, customer_id, occurred_at DESC, id DESC);
create index purchases_number on purchases USING btree (tenant_id, number);
create index purchases_time on purchases USING btree (tenant_id, occurred_at DESC, id DESC);

create table reference_items (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  kind text not null,
  code text not null,
  name text not null,
  data jsonb default '{}'::jsonb not null,
  "position" integer default 0 not null,
  state text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint reference_items_pkey PRIMARY KEY (tenant_id, id),
  constraint reference_items_code_key UNIQUE (tenant_id, kind, code),
  constraint reference_items_state CHECK ((state = ANY (ARRAY['active'::text, 'inactive'::text, 'deleted'::text]))),
  constraint reference_items_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table replays (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  question jsonb not null,
  state text default 'waiting'::text not null,
  looked bigint default 0 not null,
  total bigint,
  result jsonb,
  attempts integer default 0 not null,
  beat_at timestamp with time zone,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint replays_pkey PRIMARY KEY (tenant_id, id),
  constraint replays_result CHECK (((state = 'done'::text) = (result IS NOT NULL))),
  constraint replays_state CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint replays_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index replays_age on replays USING btree (tenant_id, created_at);
create index replays_open on replays USING btree (created_at, id) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));

create table rewards (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  code text not null,
  name text not null,
  state text default 'draft'::text not null,
  usage text not null,
  kind text default 'till'::text not null,
  priority integer default 5 not null,
  points_cost bigint default 0 not null,
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  definition jsonb not null,
  presentation jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  programme_id bigint,
  constraint rewards_pkey PRIMARY KEY (tenant_id, id),
  constraint rewards_kind CHECK ((kind = ANY (ARRAY['till'::text, 'catalogue'::text, 'campaign'::text, 'simple'::text, 'gift_card'::text]))),
  constraint rewards_points_cost CHECK ((points_cost >= 0)),
  constraint rewards_priority CHECK (((priority >= 1) AND (priority <= 99))),
  constraint rewards_state CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'deleted'::text]))),
  constraint rewards_usage CHECK ((usage = ANY (ARRAY['automatic'::text, 'code'::text, 'voucher'::text]))),
  constraint rewards_programme_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes(tenant_id, id),
  constraint rewards_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index rewards_active on rewards USING btree (tenant_id) WHERE (state = 'active'::text);
create unique index rewards_code_key on rewards USING btree (tenant_id, lower(code)) WHERE (state <> 'deleted'::text);
create index rewards_programme on rewards USING btree (tenant_id, programme_id) WHERE (programme_id IS NOT NULL);

create table rule_book_versions (
  tenant_id bigint not null,
  version bigint default nextval('entity_id'::regclass) not null,
  constraint rule_book_versions_pkey PRIMARY KEY (tenant_id),
  constraint rule_book_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table rule_usages (
  tenant_id bigint not null,
  rule_id bigint not null,
  customer_id bigint default 0 not null,
  period text default ''::text not null,
  uses integer default 0 not null,
  amount bigint default 0 not null,
  constraint rule_usages_pkey PRIMARY KEY (tenant_id, rule_id, customer_id, period),
  constraint rule_usages_uses CHECK ((uses >= 0)),
  constraint rule_usages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index rule_usages_customer on rule_usages USING btree (tenant_id, customer_id) WHERE (customer_id <> 0);

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table segment_members (
  tenant_id bigint not null,
  segment_id bigint not null,
  customer_id bigint not null,
  created_at timestamp with time zone default now() not null,
  constraint segment_members_pkey PRIMARY KEY (tenant_id, segment_id, customer_id),
  constraint segment_members_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint segment_members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint segment_members_tenant_id_segment_id_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments(tenant_id, id) ON DELETE CASCADE
);
create index segment_members_customer on segment_members USING btree (tenant_id, customer_id);

create table segments (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  name text not null,
  kind text default 'static'::text not null,
  rule jsonb,
  created_at timestamp with time zone default now() not null,
  group_id bigint,
  note text,
  priority integer,
  constraint segments_pkey PRIMARY KEY (tenant_id, id),
  constraint segments_kind CHECK ((kind = ANY (ARRAY['static'::text, 'dynamic'::text]))),
  constraint segments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table server_secrets (
  name text not null,
  value bytea not null,
  constraint server_secrets_pkey PRIMARY KEY (name)
);

create table staff_sessions (
  tenant_id bigint not null,
  token_hash text not null,
  staff_user_id bigint not null,
  csrf_token text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  constraint staff_sessions_pkey PRIMARY KEY (tenant_id, token_hash),
  constraint staff_sessions_tenant_id_staff_user_id_fkey FOREIGN KEY (tenant_id, staff_user_id) REFERENCES staff_users(tenant_id, id) ON DELETE CASCADE
);
create index staff_sessions_token on staff_sessions USING btree (token_hash);

create table staff_users (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  email text not null,
  name text not null,
  role text not null,
  password_hash text,
  state text default 'active'::text not null,
  last_login_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint staff_users_pkey PRIMARY KEY (tenant_id, id),
  constraint staff_users_role CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'marketer'::text, 'cashier'::text, 'viewer'::text]))),
  constraint staff_users_state CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text]))),
  constraint staff_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create unique index staff_users_email_key on staff_users USING btree (tenant_id, lower(email));
create index staff_users_sign_in on staff_users USING btree (lower(email));

create table subscriptions (
  tenant_id bigint not null,
  customer_id bigint not null,
  channel text not null,
  purpose text not null,
  subscribed boolean not null,
  changed_at timestamp with time zone default now() not null,
  constraint subscriptions_pkey PRIMARY KEY (tenant_id, customer_id, channel, purpose),
  constraint subscriptions_channel CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'web_push'::text, 'mobile_push'::text]))),
  constraint subscriptions_purpose CHECK ((purpose = ANY (ARRAY['bulk'::text, 'chain'::text, 'transactional'::text]))),
  constraint subscriptions_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint subscriptions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table suppressions (
  tenant_id bigint not null,
  channel text not null,
  address_hash text not null,
  reason text not null,
  address text,
  comment text,
  created_at timestamp with time zone default now() not null,
  constraint suppressions_pkey PRIMARY KEY (tenant_id, channel, address_hash),
  constraint suppressions_reason CHECK ((reason = ANY (ARRAY['bounced'::text, 'complained'::text, 'blacklisted'::text, 'unsubscribed'::text, 'erased'::text]))),
  constraint suppressions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table tags (
  tenant_id bigint not null,
  customer_id bigint not null,
  tag text not null,
  created_at timestamp with time zone default now() not null,
  constraint tags_pkey PRIMARY KEY (tenant_id, customer_id, tag),
  constraint tags_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint tags_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create index tags_tag on tags USING btree (tenant_id, tag);

create table tenants (
  id bigint default nextval('entity_id'::regclass) not null,
  slug text not null,
  name text not null,
  currency text default 'EUR'::text not null,
  time_zone text default 'Europe/Berlin'::text not null,
  language text default 'en'::text not null,
  country text default 'DE'::text not null,
  settings jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_slug_key UNIQUE (slug),
  constraint tenants_slug_shape CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text))
);

create table tiers (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  programme_id bigint not null,
  name text not null,
  rank integer not null,
  threshold bigint not null,
  settings jsonb default '{}'::jsonb not null,
  constraint tiers_pkey PRIMARY KEY (tenant_id, id),
  constraint tiers_rank_key UNIQUE (tenant_id, programme_id, rank),
  constraint tiers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint tiers_tenant_id_programme_id_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes(tenant_id, id)
);

create table units (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  kind text not null,
  code text not null,
  name text not null,
  currency text,
  scale integer default 0 not null,
  is_default boolean default false not null,
  created_at timestamp with time zone default now() not null,
  constraint units_pkey PRIMARY KEY (tenant_id, id),
  constraint units_code_key UNIQUE (tenant_id, code),
  constraint units_currency CHECK (((kind = 'money'::text) = (currency IS NOT NULL))),
  constraint units_kind CHECK ((kind = ANY (ARRAY['points'::text, 'money'::text, 'visits'::text, 'items'::text]))),
  constraint units_scale CHECK (((scale >= 0) AND (scale <= 6))),
  constraint units_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
create unique index units_default_key on units USING btree (tenant_id, kind, COALESCE(currency, ''::text)) WHERE is_default;

create table vouchers (
  tenant_id bigint not null,
  id bigint default nextval('entity_id'::regclass) not null,
  reward_id bigint not null,
  code text not null,
  customer_id bigint,
  store_id bigint,
  state text default 'issued'::text not null,
  value_minor bigint,
  bearer_id bigint,
  note text default ''::text not null,
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  cost_key text,
  applied_at timestamp with time zone,
  applied_store_id bigint,
  purchase_id bigint,
  data jsonb default '{}'::jsonb not null,
  issue_key text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint vouchers_pkey PRIMARY KEY (tenant_id, id),
  constraint vouchers_issue_key UNIQUE (tenant_id, issue_key),
  constraint vouchers_state CHECK ((state = ANY (ARRAY['issued'::text, 'applied'::text, 'cancelled'::text]))),
  constraint vouchers_value CHECK ((value_minor >= 0)),
  constraint vouchers_tenant_id_bearer_id_fkey FOREIGN KEY (tenant_id, bearer_id) REFERENCES customers(tenant_id, id),
  constraint vouchers_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
  constraint vouchers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint vouchers_tenant_id_reward_id_fkey FOREIGN KEY (tenant_id, reward_id) REFERENCES rewards(tenant_id, id)
);
create index vouchers_cancelled_code on vouchers USING btree (tenant_id, lower(code)) WHERE (state = 'cancelled'::text);
create unique index vouchers_code_key on vouchers USING btree (tenant_id, lower(code)) WHERE (state <> 'cancelled'::text);
create index vouchers_customer on vouchers USING btree (tenant_id, customer_id, id) WHERE (customer_id IS NOT NULL);
create index vouchers_purchase on vouchers USING btree (tenant_id, purchase_id) WHERE (purchase_id IS NOT NULL);
create index vouchers_reward on vouchers USING btree (tenant_id, reward_id, id);

CREATE OR REPLACE FUNCTION public.ledger_account(p_tenant bigint, p_unit bigint, p_customer bigint, p_role text, p_condition text DEFAULT ''::text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_apply(p_tenant bigint, p_now timestamp with time zone, p_actor text, p_ops jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_apply_all(p_tenant bigint, p_now timestamp with time zone, p_actor text, p_ops jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare v_results jsonb; v_refused jsonb;
begin
  v_results := ledger_apply(p_tenant, p_now, p_actor, p_ops);
  select result into v_refused from jsonb_array_elements(v_results) result where result ? 'refused' limit 1;
  if v_refused is not null then
    raise exception 'refused by the ledger: %', v_refused ->> 'refused' using errcode = 'RL001', detail = v_refused::text;
  end if;
  return v_results;
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_apply_one(p_tenant bigint, p_op jsonb, p_available bigint, p_now timestamp with time zone, p_actor text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_lapse(p_tenant bigint, p_unit bigint, p_customer bigint, p_key text, p_amount bigint, p_op jsonb, p_now timestamp with time zone, p_actor text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_lock(p_tenant bigint, p_unit bigint, p_customer bigint, p_condition text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare v_id bigint;
begin
  select id into v_id from ledger_accounts where tenant_id = p_tenant and customer_id = p_customer and unit_id = p_unit
     and role = 'available' and spend_condition = p_condition for update;
  if v_id is null then
    v_id := ledger_account(p_tenant, p_unit, p_customer, 'available', p_condition);
    perform 1 from ledger_accounts where tenant_id = p_tenant and id = v_id for update;
  end if;
  return v_id;
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_merge(p_tenant bigint, p_now timestamp with time zone, p_actor text, p_key text, p_from bigint, p_into bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_refusal(p_code text, p_key text, p_data jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select jsonb_build_object('key', p_key, 'refused', p_code, 'data', p_data)
$function$;

CREATE OR REPLACE FUNCTION public.ledger_reverse(p_tenant bigint, p_op jsonb, p_original postings, p_amount bigint, p_available bigint, p_now timestamp with time zone, p_actor text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_reverse_many(p_tenant bigint, p_ops jsonb, p_now timestamp with time zone, p_actor text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_same_person(p_tenant bigint, p_earlier bigint, p_now bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  with recursive chain as (
    select id, merged_into from customers where tenant_id = p_tenant and id = p_earlier
    union select c.id, c.merged_into from customers c join chain on c.tenant_id = p_tenant and c.id = chain.merged_into)
  select p_earlier = p_now or exists (select 1 from chain where id = p_now)
$function$;

CREATE OR REPLACE FUNCTION public.ledger_settle(p_tenant bigint, p_unit bigint, p_customer bigint, p_available bigint, p_condition text, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_take(p_tenant bigint, p_account bigint, p_posting bigint, p_amount bigint, p_first bigint DEFAULT NULL::bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_trade(p_tenant bigint, p_ops jsonb, p_account bigint, p_now timestamp with time zone, p_actor text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  v_first jsonb := p_ops -> 0; v_last jsonb := p_ops -> -1; v_count int := jsonb_array_length(p_ops);
  v_spend jsonb; v_earn jsonb; v_spent bigint := 0; v_earned bigint := 0; v_lot record; v_account record; v_spend_id bigint; v_earn_id bigint;
  v_unit bigint := (v_first ->> 'unitId')::bigint; v_customer bigint := (v_first ->> 'customerId')::bigint;
begin
  if v_first ->> 'kind' = 'spend' then v_spend := v_first; end if;
  if v_last ->> 'kind' = 'earn' then v_earn := v_last; end if;
  if v_count > 2 or v_count <> (v_spend is not null)::int + (v_earn is not null)::int or v_earn ? 'activatesAt'
     or (v_earn ->> 'expiresAt')::timestamptz <= p_now then
    return null;
  end if;
  select a.balance, a.spend_condition,
      (select id from ledger_accounts where tenant_id = p_tenant and customer_id is null and unit_id = v_unit and role = 'redemption'
         and spend_condition = '') as redemption,
      (select id from ledger_accounts where tenant_id = p_tenant and customer_id is null and unit_id = v_unit and role = 'issue'
         and spend_condition = '') as issue,
      exists (select 1 from postings where tenant_id = p_tenant and key in (v_first ->> 'key', v_last ->> 'key'))
        or exists (select 1 from lots where tenant_id = p_tenant and account_id = p_account and is_open and expires_at <= p_now)
        or exists (select 1 from ledger_accounts o where o.tenant_id = p_tenant and o.customer_id = v_customer and o.unit_id = v_unit
          and o.role in ('pending', 'owed') and o.spend_condition = a.spend_condition and o.balance <> 0) as more
    into v_account from ledger_accounts a where a.tenant_id = p_tenant and a.id = p_account;
  if v_account.more then return null; end if;
  if v_spend is not null then
    v_spent := (v_spend ->> 'amount')::bigint;
    if v_account.balance < v_spent or v_account.redemption is null then return null; end if;
    select id, remaining into v_lot from lots where tenant_id = p_tenant and account_id = p_account and is_open
     order by expires_at nulls last, id limit 1;
    if v_lot.remaining < v_spent then return null; end if;
    v_spend_id := nextval('entity_id');
  end if;
  if v_earn is not null then
    v_earned := (v_earn ->> 'amount')::bigint;
    if v_account.issue is null then return null; end if;
    v_earn_id := nextval('entity_id');
  end if;
  with moved as (
    update ledger_accounts set balance = balance + v_earned - v_spent where tenant_id = p_tenant and id = p_account),
  given as (
    select v_spend_id as id, v_spend as op, p_account as source, v_account.redemption as target, v_spent as amount where v_spend is not null
    union all select v_earn_id, v_earn, v_account.issue, p_account, v_earned where v_earn is not null),
  posted as (
    insert into postings (tenant_id, id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, programme_id, purchase_id, note, data,
      actor, occurred_at)
    select p_tenant, id, op ->> 'key', op ->> 'kind', v_unit, source, target, amount, v_customer, (op ->> 'programmeId')::bigint,
      (op ->> 'purchaseId')::bigint, op ->> 'note', op -> 'data', p_actor, coalesce((op ->> 'occurredAt')::timestamptz, p_now) from given)
  insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
  select p_tenant, 'posting', id, v_customer, op ->> 'kind', jsonb_build_object('unitId', v_unit, 'amount', amount) from given;
  if v_spend is not null then
    with noted as (
      insert into lot_movements (tenant_id, posting_id, lot_id, amount) values (p_tenant, v_spend_id, v_lot.id, -v_spent))
    update lots set remaining = remaining - v_spent where tenant_id = p_tenant and id = v_lot.id;
  end if;
  if v_earn is not null then
    insert into lots (tenant_id, account_id, posting_id, amount, remaining, expires_at)
    values (p_tenant, p_account, v_earn_id, v_earned, v_earned, (v_earn ->> 'expiresAt')::timestamptz);
  end if;
  return case when v_spend is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('key', v_spend ->> 'key', 'postingId', v_spend_id,
      'amount', v_spent, 'balance', v_account.balance - v_spent, 'replayed', false)) end
    || case when v_earn is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('key', v_earn ->> 'key', 'postingId', v_earn_id,
      'amount', v_earned, 'balance', v_account.balance + v_earned - v_spent, 'replayed', false)) end;
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_trade_many(p_tenant bigint, p_ops jsonb, p_now timestamp with time zone, p_actor text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare v_results jsonb;
begin
  if exists (select 1 from jsonb_array_elements(p_ops) op
      where op ->> 'kind' not in ('spend', 'earn') or op ? 'activatesAt' or (op ->> 'expiresAt')::timestamptz <= p_now)
    or (select count(distinct op ->> 'key') from jsonb_array_elements(p_ops) op) < jsonb_array_length(p_ops)
    or exists (select 1 from postings where tenant_id = p_tenant and key = any (array(select op ->> 'key' from jsonb_array_elements(p_ops) op))) then
    return null;
  end if;
  perform ledger_account(p_tenant, unit_id, null, role) from (
    select distinct (op ->> 'unitId')::bigint as unit_id, case op ->> 'kind' when 'spend' then 'redemption' else 'issue' end as role
      from jsonb_array_elements(p_ops) op) programmes;
  with ops as materialized (
    select o.position, o.op, o.op ->> 'key' as key, o.op ->> 'kind' as kind, (o.op ->> 'amount')::bigint as amount, a.id as account, a.unit_id,
      a.customer_id, a.spend_condition, a.balance, p.id as programme,
      case o.op ->> 'kind' when 'spend' then -(o.op ->> 'amount')::bigint else (o.op ->> 'amount')::bigint end as change
      from jsonb_array_elements(p_ops) with ordinality o (op, position)
      join ledger_accounts a on a.tenant_id = p_tenant and a.customer_id = (o.op ->> 'customerId')::bigint and a.unit_id = (o.op ->> 'unitId')::bigint
        and a.role = 'available' and a.spend_condition = coalesce(o.op ->> 'spendCondition', '')
      join ledger_accounts p on p.tenant_id = p_tenant and p.customer_id is null and p.unit_id = a.unit_id
        and p.role = case o.op ->> 'kind' when 'spend' then 'redemption' else 'issue' end and p.spend_condition = ''),
  accounts as materialized (
    select o.account, o.change, o.spent, lot.id as lot,
      o.spends > 1 or o.last_spend > o.first_earn or (o.spends = 1 and (o.balance < o.spent or coalesce(lot.remaining, 0) < o.spent))
        or exists (select 1 from lots where tenant_id = p_tenant and account_id = o.account and is_open and expires_at <= p_now)
        or exists (select 1 from ledger_accounts where tenant_id = p_tenant and customer_id = o.customer_id and unit_id = o.unit_id
          and role in ('pending', 'owed') and spend_condition = o.spend_condition and balance <> 0) as more
      from (
        select account, customer_id, unit_id, spend_condition, balance, sum(change)::bigint as change,
          count(*) filter (where kind = 'spend') as spends, coalesce(sum(amount) filter (where kind = 'spend'), 0)::bigint as spent,
          max(position) filter (where kind = 'spend') as last_spend, min(position) filter (where kind = 'earn') as first_earn
          from ops group by account, customer_id, unit_id, spend_condition, balance) o
      left join lateral (
        select id, remaining from lots where tenant_id = p_tenant and account_id = o.account and is_open
         order by expires_at nulls last, id limit 1) lot on o.spends > 0),
  -- Ids are drawn here, so that nothing below has to be found again by its key.
  simple as materialized (
    select *, nextval('entity_id') as id from (select * from ops where not exists (select 1 from accounts where more) order by position) ops),
  posted as (
    insert into postings (tenant_id, id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, programme_id, purchase_id, note, data,
      actor, occurred_at)
    select p_tenant, id, key, kind, unit_id, case kind when 'spend' then account else programme end, case kind when 'spend' then programme else account end,
      amount, customer_id, (op ->> 'programmeId')::bigint, (op ->> 'purchaseId')::bigint, op ->> 'note', op -> 'data', p_actor,
      coalesce((op ->> 'occurredAt')::timestamptz, p_now) from simple),
  booked as (
    update ledger_accounts a set balance = a.balance + s.change from accounts s
     where exists (select 1 from simple) and a.tenant_id = p_tenant and a.id = s.account),
  taken as (
    update lots l set remaining = l.remaining - s.spent from accounts s
     where exists (select 1 from simple) and s.spent > 0 and l.tenant_id = p_tenant and l.id = s.lot),
  noted as (
    insert into lot_movements (tenant_id, posting_id, lot_id, amount)
    select p_tenant, simple.id, s.lot, -simple.amount from simple join accounts s using (account) where simple.kind = 'spend'),
  laid as (
    insert into lots (tenant_id, account_id, posting_id, amount, remaining, expires_at)
    select p_tenant, account, id, amount, amount, (op ->> 'expiresAt')::timestamptz from simple where kind = 'earn'),
  told as (
    insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
    select p_tenant, 'posting', id, customer_id, kind, jsonb_build_object('unitId', unit_id, 'amount', amount) from simple)
  select jsonb_agg(jsonb_build_object('key', key, 'postingId', id, 'amount', amount, 'replayed', false, 'balance', balance + running)
      order by position) into v_results
    from (select *, sum(change) over (partition by account order by position) as running from simple) s;
  return v_results;
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_unmerge(p_tenant bigint, p_now timestamp with time zone, p_actor text, p_key text, p_from bigint, p_into bigint, p_lots bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_write(p_tenant bigint, p_key text, p_kind text, p_unit bigint, p_from bigint, p_to bigint, p_amount bigint, p_customer bigint, p_op jsonb, p_now timestamp with time zone, p_actor text, p_reverses bigint DEFAULT NULL::bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.make_event_partition(month date)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
end $function$;
