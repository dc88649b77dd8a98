-- What customers are looked for by, beside their names and the values of their identities, which have such indexes already: parts of
-- a card's number, of an address, and of an identity as it was written where that is not its value (telephones).
create index cards_search on cards using gin (number gin_trgm_ops);
create index identities_display on identities using gin (display gin_trgm_ops) where display <> value;
create index customer_addresses_search on customer_addresses using gin (
  lower(coalesce(line1, '') || ' ' || coalesce(line2, '') || ' ' || coalesce(city, '') || ' ' ||
        coalesce(region, '') || ' ' || coalesce(postal_code, '')) gin_trgm_ops
);
