-- was 733b479298f58a50f3ca0e91856bfd5b22fe2989a7b483a7e8769405cae06f73
-- What a destination takes: 0 and '' have no limit. A call counts against the
-- caps from the moment it is bridged; hours, days and months are those of the
-- destination's location, else of the company.
ALTER TABLE destination ADD COLUMN
	capacity INT UNSIGNED NOT NULL DEFAULT 0;   -- calls at once
ALTER TABLE destination ADD COLUMN
	cap_hour INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN
	cap_day INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN
	cap_month INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN
	regions VARCHAR(255) NOT NULL DEFAULT '';   -- callers from there: CO, 303
ALTER TABLE destination ADD COLUMN
	hours JSON NULL;                            -- as in a step of type hours

-- Cases kept beside a flow, tried on every publishing (docs/FLOWS.md).
ALTER TABLE flow ADD COLUMN cases JSON NULL;
ALTER TABLE flow ADD COLUMN
	cases_block TINYINT UNSIGNED NOT NULL DEFAULT 0; -- a failed one forbids it
