-- A number that rests: calls to it are still taken, but no pool and no tracker
-- may have it, so that late calls are not credited to a new source.
ALTER TABLE number ADD COLUMN IF NOT EXISTS quarantined_at DATETIME(6) NULL;

-- Who a company's rules are for, and how long it keeps things. 0: for ever.
ALTER TABLE company ADD COLUMN IF NOT EXISTS
	keep_recordings_days INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN IF NOT EXISTS
	keep_visits_days INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN IF NOT EXISTS
	keep_calls_days INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN IF NOT EXISTS
	quarantine_days INT UNSIGNED NOT NULL DEFAULT 30;
ALTER TABLE company ADD COLUMN IF NOT EXISTS
	record_default VARCHAR(8) NOT NULL DEFAULT 'off';
