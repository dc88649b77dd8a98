-- One message to one recipient. Its state is the row's: waiting, sent, refused (no consent at the moment of sending), failed.
create table messages (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  key text not null,
  channel text not null constraint messages_channel check (channel in ('email', 'sms', 'push')),
  purpose text not null constraint messages_purpose check (purpose in ('bulk', 'chain', 'transactional', 'security')),
  customer_id bigint,
  -- a mailing to a list: only an active member may get it
  list_id bigint,
  to_address text not null,
  subject text,
  body_text text,
  body_html text,
  headers jsonb not null default '{}',
  state text not null default 'waiting' constraint messages_state check (state in ('waiting', 'sent', 'refused', 'failed')),
  reason text,
  provider text,
  attempts int not null default 0,
  next_attempt_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (tenant_id, id),
  constraint messages_key_key unique (tenant_id, key),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index messages_waiting on messages (next_attempt_at) where state = 'waiting';
create index messages_to on messages (tenant_id, to_address, id desc);
create index messages_customer on messages (tenant_id, customer_id, id desc);
