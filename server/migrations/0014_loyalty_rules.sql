-- What a shop gives beyond its base programme, and when: docs/decisions/0006-rules-are-data.md. The definitions are checked when
-- they are saved (core/loyalty/engine/definition.ts) and read as they are.
create table earning_rules (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  name text not null,
  description text not null default '',
  -- what is given: points or money credit
  unit_id bigint not null,
  state text not null default 'draft' constraint earning_rules_state check (state in ('draft', 'active', 'paused', 'deleted')),
  -- 1 first; also who wins among rules that exclude each other
  priority int not null default 5 constraint earning_rules_priority check (priority between 1 and 99),
  valid_from timestamptz,
  valid_to timestamptz,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, unit_id) references units (tenant_id, id)
);
create index earning_rules_active on earning_rules (tenant_id) where state = 'active';

-- A benefit a customer may get: at the till by itself, by a code that anybody knows, or by a voucher of their own.
create table rewards (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  code text not null,
  name text not null,
  state text not null default 'draft' constraint rewards_state check (state in ('draft', 'active', 'paused', 'deleted')),
  usage text not null constraint rewards_usage check (usage in ('automatic', 'code', 'voucher')),
  -- till: at the cash desk; catalogue: bought with points; campaign; simple: made by a shop's own system; gift_card: stored value
  kind text not null default 'till' constraint rewards_kind check (kind in ('till', 'catalogue', 'campaign', 'simple', 'gift_card')),
  priority int not null default 5 constraint rewards_priority check (priority between 1 and 99),
  -- what a voucher of it costs, in the default points unit's smallest part
  points_cost bigint not null default 0 constraint rewards_points_cost check (points_cost >= 0),
  valid_from timestamptz,
  valid_to timestamptz,
  definition jsonb not null,
  -- texts in further languages, pictures, links, tags: shown, never decided on
  presentation jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index rewards_code_key on rewards (tenant_id, lower(code)) where state <> 'deleted';
create index rewards_active on rewards (tenant_id) where state = 'active';

-- One right to one reward. A gift card's value lies in the ledger, on the account of a customer without a name (bearer_id),
-- so that a card can be bought, spent in parts and claimed like any other value.
create table vouchers (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  reward_id bigint not null,
  code text not null,
  customer_id bigint,
  store_id bigint,
  state text not null default 'issued' constraint vouchers_state check (state in ('issued', 'applied', 'cancelled')),
  -- instead of the reward's own amount, in minor units of the tenant's currency
  value_minor bigint constraint vouchers_value check (value_minor >= 0),
  bearer_id bigint,
  note text not null default '',
  valid_from timestamptz,
  valid_to timestamptz,
  -- the posting that paid for it; deleting an unused voucher gives the points back
  cost_key text,
  applied_at timestamptz,
  applied_store_id bigint,
  purchase_id bigint,
  data jsonb not null default '{}',
  -- of the call that made it: a retry finds the same voucher
  issue_key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint vouchers_issue_key unique (tenant_id, issue_key),
  foreign key (tenant_id, reward_id) references rewards (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, bearer_id) references customers (tenant_id, id)
);
create unique index vouchers_code_key on vouchers (tenant_id, lower(code)) where state <> 'cancelled';
-- Cancelled ones are looked for only when nothing else has the code; there are few.
create index vouchers_cancelled_code on vouchers (tenant_id, lower(code)) where state = 'cancelled';
create index vouchers_customer on vouchers (tenant_id, customer_id, id) where customer_id is not null;
create index vouchers_reward on vouchers (tenant_id, reward_id, id);
create index vouchers_purchase on vouchers (tenant_id, purchase_id) where purchase_id is not null;

-- Codes made beforehand (printed, bought): a voucher takes the next one.
create table code_pools (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  name text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create table pool_codes (
  tenant_id bigint not null references tenants (id),
  pool_id bigint not null,
  code text not null,
  voucher_id bigint,
  primary key (tenant_id, pool_id, code),
  foreign key (tenant_id, pool_id) references code_pools (tenant_id, id) on delete cascade
);
create index pool_codes_free on pool_codes (tenant_id, pool_id, code) where voucher_id is null;

-- Whose value lies on a gift card: a row for the ledger to point at, no customer that anybody reads or lists.
alter table customers drop constraint customers_state;
alter table customers add constraint customers_state check (state in ('anonymous', 'identified', 'merged', 'erased', 'bearer'));
create index customers_bearers on customers (tenant_id, id) where state = 'bearer';

-- Changes with every change of a tenant's rules, rewards and programmes, and never returns to a value it had: processes keep the
-- rules in memory and ask for this number alone.
create table rule_book_versions (
  tenant_id bigint primary key references tenants (id),
  version bigint not null default nextval('entity_id')
);

-- How often and how much a rule or reward with a limit has given: in all (customer_id 0) and to each customer, per period
-- ('' is for ever, else the first day of the period). Written with the sale, under its lock, so that no budget is overdrawn.
create table rule_usages (
  tenant_id bigint not null references tenants (id),
  rule_id bigint not null,
  customer_id bigint not null default 0,
  period text not null default '',
  uses int not null default 0 constraint rule_usages_uses check (uses >= 0),
  amount bigint not null default 0,
  primary key (tenant_id, rule_id, customer_id, period)
);
-- What a merge takes along.
create index rule_usages_customer on rule_usages (tenant_id, customer_id) where customer_id <> 0;

-- The benefits a purchase was given, line by line (line_position null: not told for which). What a cancelled purchase gives back.
create table purchase_discounts (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  purchase_id bigint not null,
  reward_id bigint,
  voucher_id bigint,
  code text not null,
  line_position int,
  amount_minor bigint not null,
  primary key (tenant_id, id)
);
create index purchase_discounts_purchase on purchase_discounts (tenant_id, purchase_id);
create index purchase_discounts_reward on purchase_discounts (tenant_id, reward_id) where reward_id is not null;

-- Credit may be earned too, which belongs to no programme.
alter table purchase_effects alter column programme_id drop not null;
-- Who said so: a rule of the tier's, or somebody by hand.
alter table customer_tiers add column origin text not null default 'rule' constraint customer_tiers_origin check (origin in ('rule', 'manual'));
