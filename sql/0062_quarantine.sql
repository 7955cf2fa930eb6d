-- was 63d72af6b9301c4992122b4eec1c6688a4e7a15a446b1ff17a0635f99cae3fcd
-- A number that rests: calls to it are still taken, but no pool and no tracker
-- may have it, so that late calls are not credited to a new source.
ALTER TABLE number ADD COLUMN quarantined_at DATETIME(6) NULL;

-- Who a company's rules are for, and how long it keeps things. 0: for ever.
ALTER TABLE company ADD COLUMN
	keep_recordings_days INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN
	keep_visits_days INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN
	keep_calls_days INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN
	quarantine_days INT UNSIGNED NOT NULL DEFAULT 30;
ALTER TABLE company ADD COLUMN
	record_default VARCHAR(8) NOT NULL DEFAULT 'off';
