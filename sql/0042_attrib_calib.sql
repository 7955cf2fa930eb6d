-- What came of stated probabilities: calls that one visit announced by a touch
-- of the phone link, judged as if nobody had touched it. Made with a law, of
-- the law that held before it.
CREATE TABLE IF NOT EXISTS attrib_calib (
	company_id BINARY(16) NOT NULL,
	version INT UNSIGNED NOT NULL,             -- of attrib_law it came with
	bin TINYINT UNSIGNED NOT NULL,             -- 0 to 9: lib/core/calib
	calls INT UNSIGNED NOT NULL,
	confirmed INT UNSIGNED NOT NULL,
	stated_bp BIGINT UNSIGNED NOT NULL,        -- sum
	PRIMARY KEY (company_id, version, bin)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
