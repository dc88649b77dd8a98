-- The subscription of a customer on a channel for a purpose, as it stands now.
create table subscriptions (
  tenant_id bigint not null references tenants (id),
  customer_id bigint not null,
  channel text not null constraint subscriptions_channel check (channel in ('email', 'sms', 'web_push', 'mobile_push')),
  purpose text not null constraint subscriptions_purpose check (purpose in ('bulk', 'chain', 'transactional')),
  subscribed boolean not null,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, customer_id, channel, purpose),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);

-- Consents by type (terms, profiling, marketing, or a tenant's own): given, withdrawn, or not asked yet when absent.
create table consents (
  tenant_id bigint not null references tenants (id),
  customer_id bigint not null,
  consent_type text not null,
  given boolean not null,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, customer_id, consent_type),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);

-- The proof: every change of a subscription, consent or suppression with who, when, from where and which text. Never updated.
create table consent_history (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  customer_id bigint,
  subject text not null,
  event text not null,
  source text not null,
  actor text not null,
  ip text,
  user_agent text,
  text_version text,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index consent_history_customer on consent_history (tenant_id, customer_id, id);
create index consent_history_time on consent_history (tenant_id, created_at, id);

-- An address we must not write to, whoever it belongs to. Survives the customer's erasure as a hash.
create table suppressions (
  tenant_id bigint not null references tenants (id),
  channel text not null,
  address_hash text not null,
  reason text not null constraint suppressions_reason check (reason in ('bounced', 'complained', 'blacklisted', 'unsubscribed', 'erased')),
  -- the address itself, unless it was erased
  address text,
  comment text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, channel, address_hash)
);

create table lists (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  name text not null,
  description text not null default '',
  locked boolean not null default false,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

-- registered: asked to be in; confirmed: proved it; left: unsubscribed. Active means confirmed and not left.
create table list_members (
  tenant_id bigint not null references tenants (id),
  list_id bigint not null,
  customer_id bigint not null,
  registered_at timestamptz not null,
  confirmed_at timestamptz,
  left_at timestamptz,
  -- true when the person left by a link or form of ours: an API's upsert may not bring them back
  left_by_person boolean not null default false,
  bounced_at timestamptz,
  source text not null default '',
  attributes jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, list_id, customer_id),
  foreign key (tenant_id, list_id) references lists (tenant_id, id) on delete cascade,
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index list_members_customer on list_members (tenant_id, customer_id);

create table tags (
  tenant_id bigint not null references tenants (id),
  customer_id bigint not null,
  tag text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, customer_id, tag),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index tags_tag on tags (tenant_id, tag);

create table segments (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  name text not null,
  kind text not null default 'static' constraint segments_kind check (kind in ('static', 'dynamic')),
  rule jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create table segment_members (
  tenant_id bigint not null references tenants (id),
  segment_id bigint not null,
  customer_id bigint not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, segment_id, customer_id),
  foreign key (tenant_id, segment_id) references segments (tenant_id, id) on delete cascade,
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index segment_members_customer on segment_members (tenant_id, customer_id);
