-- A unit of value: a point type, money credit in a currency, visits, pieces of an item.
create table units (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  kind text not null constraint units_kind check (kind in ('points', 'money', 'visits', 'items')),
  code text not null,
  name text not null,
  currency text,
  -- decimals of one whole unit: 0 for points, 2 for EUR
  scale int not null default 0 constraint units_scale check (scale between 0 and 6),
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint units_code_key unique (tenant_id, code),
  constraint units_currency check ((kind = 'money') = (currency is not null))
);
create unique index units_default_key on units (tenant_id, kind, coalesce(currency, '')) where is_default;

-- A customer's accounts keep their balance; the programme's accounts (customer_id null) do not, so that no row is hot:
-- their balance is the sum of their postings.
create table ledger_accounts (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  unit_id bigint not null,
  customer_id bigint,
  role text not null constraint ledger_accounts_role
    check (role in ('available', 'pending', 'held', 'owed', 'issue', 'redemption', 'expiry', 'adjustment')),
  -- which purchases the value may pay for; empty for all
  spend_condition text not null default '',
  balance bigint not null default 0,
  primary key (tenant_id, id),
  constraint ledger_accounts_key unique nulls not distinct (tenant_id, customer_id, unit_id, role, spend_condition),
  foreign key (tenant_id, unit_id) references units (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  constraint ledger_accounts_owner check ((customer_id is not null) = (role in ('available', 'pending', 'held', 'owed'))),
  -- The floor. A debt (a purchase cancelled after its points were spent) is kept in `owed`, below zero, and paid back first.
  constraint ledger_accounts_floor check (
    case when role = 'owed' then balance <= 0 when customer_id is not null then balance >= 0 else balance = 0 end)
);

-- One posting moves an amount from one account to another of the same unit, so the two sides cannot differ. Never updated, never deleted.
-- No foreign keys from here on: the kernel alone writes these tables, with ids it has in hand; regulars verify proves that all
-- of them exist (decision 0003).
create table postings (
  tenant_id bigint not null,
  id bigint not null default nextval('entity_id'),
  key text not null,
  kind text not null constraint postings_kind check (kind in ('earn', 'spend', 'adjust', 'transfer', 'hold', 'capture',
    'release', 'reverse', 'activate', 'expire', 'repay')),
  unit_id bigint not null,
  from_account_id bigint not null,
  to_account_id bigint not null,
  amount bigint not null constraint postings_amount check (amount > 0),
  customer_id bigint not null,
  programme_id bigint,
  purchase_id bigint,
  -- the posting that this one undoes, captures or releases
  reverses_id bigint,
  note text,
  data jsonb,
  actor text not null default '',
  occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint postings_key_key unique (tenant_id, key),
  constraint postings_two_accounts check (from_account_id <> to_account_id)
);
create index postings_customer on postings (tenant_id, customer_id, id);
create index postings_purchase on postings (tenant_id, purchase_id) where purchase_id is not null;
create index postings_reverses on postings (tenant_id, reverses_id) where reverses_id is not null;
create index postings_time on postings (tenant_id, occurred_at);
-- What a customer was given by another; everything else is found by customer_id.
create index postings_transfers on postings (tenant_id, to_account_id) where kind = 'transfer';

-- What was earned together expires together. The open lots of an account add up to its balance.
create table lots (
  tenant_id bigint not null,
  id bigint not null default nextval('entity_id'),
  account_id bigint not null,
  posting_id bigint not null,
  amount bigint not null,
  remaining bigint not null constraint lots_remaining check (remaining >= 0 and remaining <= amount),
  activates_at timestamptz,
  expires_at timestamptz,
  -- What the indexes ask for instead of `remaining`: they need not be written while something is left (HOT updates).
  is_open boolean not null generated always as (remaining > 0) stored,
  primary key (tenant_id, id)
);
create index lots_open on lots (tenant_id, account_id, expires_at, id) where is_open;
create index lots_posting on lots (tenant_id, posting_id);
create index lots_due_expiry on lots (expires_at) where is_open and expires_at is not null;
create index lots_due_activation on lots (activates_at) where is_open and activates_at is not null;

-- Which lots a posting took from (negative) or gave back to (positive): a reversal restores the very lots.
create table lot_movements (
  tenant_id bigint not null,
  posting_id bigint not null,
  lot_id bigint not null,
  amount bigint not null constraint lot_movements_amount check (amount <> 0),
  primary key (tenant_id, posting_id, lot_id)
);
create index lot_movements_lot on lot_movements (tenant_id, lot_id);
