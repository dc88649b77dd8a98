-- What a rule would have paid for past purchases: asked for by somebody, worked out beside requests.
create table replays (
  tenant_id bigint not null references tenants (id),
  id bigint not null default nextval('entity_id'),
  -- the rule as it stood when it was asked, saved or not, and the days; JSON of ours
  question jsonb not null,
  state text not null default 'waiting' constraint replays_state check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  looked bigint not null default 0,
  -- sales in all; null before the first look
  total bigint,
  -- no names: they are looked up when it is shown
  result jsonb,
  attempts int not null default 0,
  -- the last sign of life of whoever works on it: without one for some time another takes it up
  beat_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  constraint replays_result check ((state = 'done') = (result is not null))
);
create index replays_open on replays (created_at, id) where state in ('waiting', 'running');
create index replays_age on replays (tenant_id, created_at);
