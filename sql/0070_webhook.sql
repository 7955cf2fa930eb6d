-- Where a company wants to be told of what happens, and each telling.

CREATE TABLE IF NOT EXISTS webhook (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	url VARCHAR(2048) NOT NULL,
	secret_sealed VARBINARY(512) NOT NULL,     -- sealed with seal.key
	signature VARCHAR(8) NOT NULL DEFAULT 'v1', -- v1 sha1, lib/out/out_sign.h
	events INT UNSIGNED NOT NULL,              -- bits of lib/core/hook.h
	private_ok TINYINT UNSIGNED NOT NULL DEFAULT 0, -- may be no public address
	per_second SMALLINT UNSIGNED NOT NULL DEFAULT 10,
	parallel SMALLINT UNSIGNED NOT NULL DEFAULT 4,
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One event for one hook: the outbox, and afterwards the log. ready: from
-- due_at on; running: until due_at, when it counts as lost; done; parked: given
-- up, for a person to see and replay. seq is the order in which they came.
CREATE TABLE IF NOT EXISTS webhook_delivery (
	company_id BINARY(16) NOT NULL,
	webhook_id BINARY(16) NOT NULL,
	event_id BINARY(16) NOT NULL,
	seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	kind VARCHAR(24) NOT NULL,                 -- hook_name()
	object_id BINARY(16) NOT NULL,             -- of the call or form
	detail VARCHAR(255) NOT NULL DEFAULT '',   -- what changed: outcome,value
	body MEDIUMTEXT NULL,                      -- as first sent; kept for all retries
	state VARCHAR(8) NOT NULL,                 -- ready running done parked
	due_at DATETIME(6) NOT NULL,
	attempts INT UNSIGNED NOT NULL DEFAULT 0,
	claim BINARY(16) NULL,
	status SMALLINT UNSIGNED NOT NULL DEFAULT 0, -- HTTP, of the last attempt
	took_ms INT UNSIGNED NOT NULL DEFAULT 0,
	last_error VARCHAR(255) NOT NULL DEFAULT '',
	answer VARCHAR(500) NOT NULL DEFAULT '',   -- its first bytes
	happened_at DATETIME(6) NOT NULL,
	ended_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, webhook_id, event_id),
	UNIQUE KEY webhook_delivery_seq (seq),
	KEY webhook_delivery_due (state, company_id, webhook_id, due_at, seq),
	KEY webhook_delivery_object (company_id, webhook_id, object_id, seq),
	KEY webhook_delivery_log (company_id, webhook_id, seq),
	KEY webhook_delivery_ended (state, ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
