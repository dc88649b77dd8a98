-- New customers a day, and lists in order of their making.
create index customers_created on customers (tenant_id, created_at, id);
