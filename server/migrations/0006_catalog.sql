create table brands (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  external_id text not null,
  name text not null,
  state text not null default 'active',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint brands_external_id_key unique (tenant_id, external_id)
);

create table categories (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  parent_id bigint,
  external_id text not null,
  name text not null,
  data jsonb not null default '{}',
  state text not null default 'active',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint categories_external_id_key unique (tenant_id, external_id),
  foreign key (tenant_id, parent_id) references categories (tenant_id, id)
);

create table products (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  -- the shop's own number (SKU), unique
  code text not null,
  name text not null,
  description text not null default '',
  brand_id bigint,
  category_id bigint,
  price_minor bigint,
  old_price_minor bigint,
  currency text,
  vat_rate numeric(6, 3),
  url text,
  image_url text,
  available boolean not null default true,
  stock_quantity numeric(14, 3),
  -- flat, composite, bundle; what it is made of is in data
  composition text not null default 'flat',
  data jsonb not null default '{}',
  state text not null default 'active' constraint products_state check (state in ('active', 'inactive', 'deleted')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint products_code_key unique (tenant_id, code),
  foreign key (tenant_id, brand_id) references brands (tenant_id, id),
  foreign key (tenant_id, category_id) references categories (tenant_id, id)
);
create index products_name on products using gin (lower(name) gin_trgm_ops);
create index products_category on products (tenant_id, category_id);

-- Further codes of a product, one number space (list) each: GLOBAL, barcode, a till's PLU list.
create table product_codes (
  tenant_id bigint not null references tenants (id),
  list_code text not null,
  code text not null,
  product_id bigint not null,
  primary key (tenant_id, list_code, code),
  foreign key (tenant_id, product_id) references products (tenant_id, id) on delete cascade
);
create index product_codes_product on product_codes (tenant_id, product_id);
