-- Sums, counters and work to do.

-- 15-minute UTC buckets of started_at, per company and one dimension:
-- total source campaign adgroup keyword landing referrer number pool
-- destination location place. Closed calls only. Ids are 32 hex digits.
CREATE TABLE IF NOT EXISTS call_rollup (
	company_id BINARY(16) NOT NULL,
	dimension VARCHAR(12) NOT NULL,
	bucket_at DATETIME(6) NOT NULL,
	value VARCHAR(255) NOT NULL,               -- source; caller's place; ...
	value2 VARCHAR(100) NOT NULL DEFAULT '',   -- source: medium; place: country
	calls BIGINT NOT NULL DEFAULT 0,
	answered BIGINT NOT NULL DEFAULT 0,
	voicemail BIGINT NOT NULL DEFAULT 0,
	abandoned BIGINT NOT NULL DEFAULT 0,
	missed BIGINT NOT NULL DEFAULT 0,
	blocked BIGINT NOT NULL DEFAULT 0,
	failed BIGINT NOT NULL DEFAULT 0,
	interrupted BIGINT NOT NULL DEFAULT 0,
	first_time BIGINT NOT NULL DEFAULT 0,
	qualified BIGINT NOT NULL DEFAULT 0,
	leads BIGINT NOT NULL DEFAULT 0,
	sales BIGINT NOT NULL DEFAULT 0,
	spam BIGINT NOT NULL DEFAULT 0,
	value_micros BIGINT NOT NULL DEFAULT 0,
	duration_ms BIGINT NOT NULL DEFAULT 0,
	ring_ms BIGINT NOT NULL DEFAULT 0,
	talk_ms BIGINT NOT NULL DEFAULT 0,
	talk_60 BIGINT NOT NULL DEFAULT 0,         -- calls with talk time >= 60 s
	talk_90 BIGINT NOT NULL DEFAULT 0,
	talk_120 BIGINT NOT NULL DEFAULT 0,
	h0 BIGINT NOT NULL DEFAULT 0,              -- talk time 0
	h1 BIGINT NOT NULL DEFAULT 0,              -- below 10 s
	h2 BIGINT NOT NULL DEFAULT 0,              -- below 30 s
	h3 BIGINT NOT NULL DEFAULT 0,              -- below 60 s
	h4 BIGINT NOT NULL DEFAULT 0,              -- below 120 s
	h5 BIGINT NOT NULL DEFAULT 0,              -- below 300 s
	h6 BIGINT NOT NULL DEFAULT 0,              -- below 600 s
	h7 BIGINT NOT NULL DEFAULT 0,              -- below 1800 s
	h8 BIGINT NOT NULL DEFAULT 0,              -- the rest
	PRIMARY KEY (company_id, dimension, bucket_at, value, value2)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What was paid for advertising, per day of the company's zone.
CREATE TABLE IF NOT EXISTS spend (
	company_id BINARY(16) NOT NULL,
	spent_on DATE NOT NULL,
	source VARCHAR(100) NOT NULL,
	medium VARCHAR(100) NOT NULL,
	campaign VARCHAR(255) NOT NULL,
	amount_micros BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	clicks BIGINT UNSIGNED NOT NULL DEFAULT 0,
	impressions BIGINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (company_id, spent_on, source, medium, campaign)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Counted from the first day: it cannot be back-filled. UTC days.
CREATE TABLE IF NOT EXISTS usage_day (
	company_id BINARY(16) NOT NULL,
	day_at DATETIME(6) NOT NULL,
	kind VARCHAR(16) NOT NULL, -- number_days calls inbound_s outbound_s recorded_s recorded_bytes
	amount BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (company_id, day_at, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Work after a call: the outbox. ready: from due_at on; running: until due_at,
-- when it counts as lost and may be claimed again; done; dead: given up, for a
-- person to see and replay.
CREATE TABLE IF NOT EXISTS job (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	company_id BINARY(16) NOT NULL,
	kind VARCHAR(32) NOT NULL,
	job_key VARCHAR(128) NOT NULL,             -- idempotency: once per kind
	payload TEXT NOT NULL,
	state VARCHAR(8) NOT NULL,                 -- ready running done dead
	due_at DATETIME(6) NOT NULL,
	attempts INT UNSIGNED NOT NULL DEFAULT 0,
	claim BINARY(16) NULL,                     -- which claim runs it now
	last_error VARCHAR(255) NOT NULL DEFAULT '',
	created_at DATETIME(6) NOT NULL,
	ended_at DATETIME(6) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY job_once (kind, job_key),
	KEY job_due (state, kind, due_at),
	KEY job_company (company_id, state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
