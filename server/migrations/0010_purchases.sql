-- A sale, however reported; a cancellation is its own record with negative amounts, linked to the sale.
create table purchases (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  kind text not null default 'sale' constraint purchases_kind check (kind in ('sale', 'cancellation', 'adjustment')),
  number text not null,
  customer_id bigint,
  store_id bigint,
  -- the most trusted source that told of it: till, shop, import, api, newsletter, tracking
  source text not null,
  -- told with a secret; only then may it earn
  confirmed boolean not null,
  -- the source whose lines are kept; a more trusted one replaces them
  lines_source text,
  state text not null default 'completed' constraint purchases_state check (state in ('open', 'completed', 'partly_cancelled', 'cancelled')),
  currency text not null,
  -- null while nobody has told the total
  total_minor bigint,
  occurred_at timestamptz not null,
  cancels_id bigint,
  type_code text,
  channel text,
  till text,
  card_number text,
  data jsonb not null default '{}',
  -- when points were worked out; a purchase earns once
  earned_at timestamptz,
  -- true when another purchase has the same number but contradicts this one
  possible_twin boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, store_id) references organisations (tenant_id, id),
  foreign key (tenant_id, cancels_id) references purchases (tenant_id, id)
);
create index purchases_number on purchases (tenant_id, number);
create index purchases_customer on purchases (tenant_id, customer_id, occurred_at desc, id desc);
create index purchases_time on purchases (tenant_id, occurred_at desc, id desc);
create index purchases_cancels on purchases (tenant_id, cancels_id) where cancels_id is not null;

-- The lock of a number: two reports of one order at the same moment meet here.
create table purchase_numbers (
  tenant_id bigint not null references tenants (id),
  number text not null,
  primary key (tenant_id, number)
);

-- Who told what of a purchase. `space` is the number space: one API and source.
create table purchase_reports (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  purchase_id bigint not null,
  space text not null,
  number text not null,
  source text not null,
  confirmed boolean not null,
  total_minor bigint,
  customer_id bigint,
  occurred_at timestamptz not null,
  request_hash text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint purchase_reports_number_key unique (tenant_id, space, number),
  foreign key (tenant_id, purchase_id) references purchases (tenant_id, id)
);
create index purchase_reports_purchase on purchase_reports (tenant_id, purchase_id);

create table purchase_lines (
  tenant_id bigint not null,
  id bigint not null default nextval('entity_id'),
  purchase_id bigint not null,
  position int not null,
  product_id bigint,
  code text not null,
  name text not null default '',
  quantity numeric(14, 3) not null,
  -- more than two decimals happen; the line's total is what counts
  unit_price numeric(18, 6) not null,
  total_minor bigint not null,
  vat_rate numeric(6, 3),
  category_code text,
  item_type text,
  earns boolean not null default true,
  -- how much of the quantity cancellations have taken back
  cancelled_quantity numeric(14, 3) not null default 0,
  -- a cancellation's line: the sale's line it takes back
  cancels_line_id bigint,
  data jsonb,
  primary key (tenant_id, id),
  -- No foreign key: a line is written with its purchase in hand, and the check is a third of what writing it costs. An import
  -- has hundreds of thousands. regulars verify proves that every line has its purchase.
  constraint purchase_lines_position_key unique (tenant_id, purchase_id, position)
);

create table purchase_payments (
  tenant_id bigint not null,
  id bigint not null default nextval('entity_id'),
  purchase_id bigint not null,
  kind text not null constraint purchase_payments_kind check (kind in ('cash', 'card', 'points', 'credit', 'voucher', 'other')),
  amount_minor bigint not null,
  unit_id bigint,
  unit_amount bigint,
  posting_key text,
  data jsonb,
  primary key (tenant_id, id),
  foreign key (tenant_id, purchase_id) references purchases (tenant_id, id)
);
create index purchase_payments_purchase on purchase_payments (tenant_id, purchase_id);

-- What the rules decided for a purchase, and the posting that carried it out.
create table purchase_effects (
  tenant_id bigint not null,
  id bigint not null default nextval('entity_id'),
  purchase_id bigint not null,
  kind text not null constraint purchase_effects_kind check (kind in ('earn', 'reverse')),
  programme_id bigint not null,
  unit_id bigint not null,
  amount bigint not null constraint purchase_effects_amount check (amount > 0),
  posting_key text not null,
  -- a cancellation's effect: the sale whose points were taken back
  original_id bigint,
  why jsonb not null default '{}',
  primary key (tenant_id, id),
  constraint purchase_effects_posting_key unique (tenant_id, posting_key),
  foreign key (tenant_id, purchase_id) references purchases (tenant_id, id),
  foreign key (tenant_id, programme_id) references programmes (tenant_id, id)
);
create index purchase_effects_purchase on purchase_effects (tenant_id, purchase_id);
create index purchase_effects_original on purchase_effects (tenant_id, original_id) where original_id is not null;
