-- Why a tier was given by hand, for colleagues.
alter table customer_tiers add column note text not null default '';
