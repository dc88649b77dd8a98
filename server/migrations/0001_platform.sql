-- One sequence numbers every entity of every tenant, so an id of the wrong kind finds nothing.
create sequence entity_id start 1000;

create table tenants (
  id bigint primary key default nextval('entity_id'),
  slug text not null constraint tenants_slug_key unique constraint tenants_slug_shape check (slug ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  name text not null,
  currency text not null default 'EUR',
  time_zone text not null default 'Europe/Berlin',
  language text not null default 'en',
  country text not null default 'DE',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

-- Server-wide secrets made at the first start: the key of opaque ids, the signing key of tokens.
create table server_secrets (
  name text primary key,
  value bytea not null
);

-- The outbox. A reader takes rows with xid below pg_snapshot_xmin and continues from (xid, id).
-- Numbers come from entity_id so that they share one number space with postings.
create table changes (
  -- No reference to tenants: every change would lock the tenant's row, if only against its removal, and all of them at once.
  tenant_id bigint not null,
  id bigint not null default nextval('entity_id'),
  xid xid8 not null default pg_current_xact_id(),
  entity text not null,
  entity_id bigint not null,
  customer_id bigint,
  operation text not null,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index changes_feed on changes (tenant_id, xid, id);
-- Lists of changed customers walk these two entities only, and look ahead for a later change of the same customer.
create index changes_customers on changes (tenant_id, xid, id) where entity in ('customer', 'card');
create index changes_customer on changes (tenant_id, customer_id, xid, id) where entity in ('customer', 'card');
create index changes_entity on changes (tenant_id, entity, entity_id, id);

-- How far each named reader of the outbox has come, per tenant.
create table change_readers (
  tenant_id bigint not null references tenants (id),
  reader text not null,
  xid xid8 not null default '0',
  id bigint not null default 0,
  primary key (tenant_id, reader)
);

create table audit_log (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  actor_kind text not null,
  actor_id text not null,
  -- the way in: an API's name, console, cli
  via text not null default '',
  ip text,
  action text not null,
  entity text,
  entity_id bigint,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index audit_log_entity on audit_log (tenant_id, entity, entity_id, id);

-- One row for each Idempotency-Key: the answer is kept and given again.
create table idempotency_keys (
  tenant_id bigint not null references tenants (id),
  scope text not null,
  key text not null,
  request_hash text not null,
  status int,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
