create table organisations (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  parent_id bigint,
  kind text not null constraint organisations_kind check (kind in ('business', 'merchant', 'store')),
  code text not null,
  name text not null,
  email text,
  phone text,
  url text,
  description text,
  address jsonb not null default '{}',
  latitude numeric(9, 6),
  longitude numeric(9, 6),
  -- [{day: 1..7 (Monday first), from: 'HH:MM', to: 'HH:MM'}]
  opening_hours jsonb not null default '[]',
  attributes jsonb not null default '{}',
  visible boolean not null default true,
  state text not null default 'active' constraint organisations_state check (state in ('active', 'inactive', 'deleted')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint organisations_code_key unique (tenant_id, code),
  foreign key (tenant_id, parent_id) references organisations (tenant_id, id)
);

-- Small reference lists a tenant keeps: purchase types, item types, customer sources, properties, industries,
-- cancellation reasons and the like. `kind` says which list.
create table reference_items (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  kind text not null,
  code text not null,
  name text not null,
  data jsonb not null default '{}',
  position int not null default 0,
  state text not null default 'active' constraint reference_items_state check (state in ('active', 'inactive', 'deleted')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint reference_items_code_key unique (tenant_id, kind, code)
);
