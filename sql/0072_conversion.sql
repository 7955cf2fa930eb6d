-- What counts as a conversion for an advertising platform, and what it is told.

CREATE TABLE IF NOT EXISTS conversion_rule (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) NOT NULL,                -- of the conversion there
	platform VARCHAR(12) NOT NULL,             -- google microsoft
	outcome VARCHAR(32) NOT NULL DEFAULT '',   -- '': any
	tag_id BINARY(16) NULL,                    -- NULL: any
	min_talk_s INT UNSIGNED NOT NULL DEFAULT 0,
	value_micros BIGINT NULL,                  -- NULL: the call's own, else 0
	secret VARCHAR(43) NOT NULL,               -- of the address that is fetched
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY conversion_rule_secret (secret)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What the platform is told of a call, in order; rows are only ever added. The
-- last one of a rule and call is what holds.
CREATE TABLE IF NOT EXISTS conversion (
	seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	company_id BINARY(16) NOT NULL,
	rule_id BINARY(16) NOT NULL,
	call_id BINARY(16) NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- new restate retract
	turn SMALLINT UNSIGNED NOT NULL,           -- how often it was new, from 1
	click_id VARCHAR(512) NOT NULL,
	converted_at DATETIME(6) NOT NULL,         -- the call began
	value_micros BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, rule_id, seq),
	UNIQUE KEY conversion_seq (seq),
	KEY conversion_call (company_id, rule_id, call_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
