-- What a destination takes: 0 and '' have no limit. A call counts against the
-- caps from the moment it is bridged; hours, days and months are those of the
-- destination's location, else of the company.
ALTER TABLE destination ADD COLUMN IF NOT EXISTS
	capacity INT UNSIGNED NOT NULL DEFAULT 0;   -- calls at once
ALTER TABLE destination ADD COLUMN IF NOT EXISTS
	cap_hour INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN IF NOT EXISTS
	cap_day INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN IF NOT EXISTS
	cap_month INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN IF NOT EXISTS
	regions VARCHAR(255) NOT NULL DEFAULT '';   -- callers from there: CO, 303
ALTER TABLE destination ADD COLUMN IF NOT EXISTS
	hours JSON NULL;                            -- as in a step of type hours

-- Cases kept beside a flow, tried on every publishing (docs/FLOWS.md).
ALTER TABLE flow ADD COLUMN IF NOT EXISTS cases JSON NULL;
ALTER TABLE flow ADD COLUMN IF NOT EXISTS
	cases_block TINYINT UNSIGNED NOT NULL DEFAULT 0; -- a failed one forbids it
