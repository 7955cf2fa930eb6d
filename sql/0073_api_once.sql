-- Requests that must not be done twice: an Idempotency-Key of a key, and what
-- was answered. Kept a day.
CREATE TABLE IF NOT EXISTS api_once (
	company_id BINARY(16) NOT NULL,
	key_id BINARY(16) NOT NULL,                -- the API key
	name VARCHAR(100) NOT NULL,                -- Idempotency-Key
	request_hash BINARY(32) NOT NULL,          -- of path and body
	answer MEDIUMTEXT NOT NULL,                -- JSON, of a 200
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, key_id, name),
	KEY api_once_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
