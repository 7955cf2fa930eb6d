-- How full a pool was, by the hour: made by jobd from the leases when the hour
-- has ended, so that a month of it is one short read.
CREATE TABLE IF NOT EXISTS pool_hour (
	company_id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,
	hour_at DATETIME(6) NOT NULL,
	leases INT UNSIGNED NOT NULL,              -- that began in it
	peak INT UNSIGNED NOT NULL,                -- most held at one moment
	held_s BIGINT UNSIGNED NOT NULL,           -- of all numbers together
	numbers INT UNSIGNED NOT NULL,             -- in the pool when it was made
	PRIMARY KEY (company_id, pool_id, hour_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
