create table staff_users (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  email text not null,
  name text not null,
  role text not null constraint staff_users_role check (role in ('owner', 'admin', 'marketer', 'cashier', 'viewer')),
  -- argon2 hash; null for a user of an API only
  password_hash text,
  state text not null default 'active' constraint staff_users_state check (state in ('active', 'disabled')),
  last_login_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
-- Sign-in may start from the e-mail alone: an address belongs to one staff user of a tenant, and the password decides
-- where somebody works for several.
create unique index staff_users_email_key on staff_users (tenant_id, lower(email));
create index staff_users_sign_in on staff_users (lower(email));

create table staff_sessions (
  tenant_id bigint not null,
  -- sha-256 of the cookie
  token_hash text not null,
  staff_user_id bigint not null,
  csrf_token text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, staff_user_id) references staff_users (tenant_id, id) on delete cascade
);
create index staff_sessions_token on staff_sessions (token_hash);

create table api_keys (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  name text not null,
  key_hash text not null,
  key_prefix text not null,
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint api_keys_hash_key unique (tenant_id, key_hash)
);
create index api_keys_hash on api_keys (key_hash);

-- What a compatible API's client signs in with. `public_id` is what it says first (client id, shop id, login,
-- api key), `secret_hash` proves it; `shown_secret` is kept only where the Connect page must show it again,
-- sealed with the server's key.
create table api_credentials (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  api text not null,
  kind text not null,
  public_id text not null,
  secret_hash text,
  sealed_secret bytea,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint api_credentials_key unique (tenant_id, api, kind, public_id)
);
-- A client names its public id before we know its tenant.
create index api_credentials_public on api_credentials (api, kind, public_id);

-- Bearer tokens of every API: OAuth access and refresh tokens, device tokens, customers' sessions.
create table api_tokens (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  api text not null,
  kind text not null,
  token_hash text not null,
  customer_id bigint,
  data jsonb not null default '{}',
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint api_tokens_hash_key unique (tenant_id, token_hash)
);
create index api_tokens_hash on api_tokens (token_hash);
create index api_tokens_customer on api_tokens (tenant_id, customer_id);

-- Short secrets sent to a person: codes with attempts, links with one use.
create table one_time_codes (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  purpose text not null,
  -- what is being proved, e.g. "email:jane@example.com" or a customer's id
  subject text not null,
  code_hash text not null,
  attempts_left int not null default 5 constraint one_time_codes_attempts check (attempts_left >= 0),
  data jsonb not null default '{}',
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index one_time_codes_hash on one_time_codes (tenant_id, purpose, code_hash);
create index one_time_codes_subject on one_time_codes (tenant_id, purpose, subject, id);

-- How often something was tried lately (a sign-in by address and by IP), in windows that start with the first attempt.
-- Server-wide, because a sign-in does not know its tenant yet; unlogged, because a crash may forget it.
create unlogged table attempt_counters (
  scope text not null,
  -- sha-256 of what is counted, so that no address is kept here
  subject_hash text not null,
  started_at timestamptz not null,
  attempts int not null,
  primary key (scope, subject_hash)
);
create index attempt_counters_age on attempt_counters (started_at);
