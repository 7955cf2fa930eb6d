-- What was paid for advertising, by day of the company's zone, down to the
-- keyword. Replaces spend, which no program ever wrote.
CREATE TABLE IF NOT EXISTS ad_spend (
	company_id BINARY(16) NOT NULL,
	spent_on DATE NOT NULL,
	line BINARY(16) NOT NULL,                  -- MD5 of the five texts
	source VARCHAR(100) NOT NULL,
	medium VARCHAR(100) NOT NULL,
	campaign VARCHAR(255) NOT NULL,
	ad_group VARCHAR(64) NOT NULL,
	keyword VARCHAR(255) NOT NULL,
	amount_micros BIGINT NOT NULL,             -- in the company's currency
	clicks BIGINT UNSIGNED NOT NULL DEFAULT 0,
	impressions BIGINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (company_id, spent_on, line)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a tracker's medium costs each month: a billboard, a directory. From a
-- day on, until a day (NULL: still).
CREATE TABLE IF NOT EXISTS tracker_cost (
	company_id BINARY(16) NOT NULL,
	tracker_id BINARY(16) NOT NULL,
	from_on DATE NOT NULL,
	until_on DATE NULL,
	monthly_micros BIGINT NOT NULL,
	PRIMARY KEY (company_id, tracker_id, from_on)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
