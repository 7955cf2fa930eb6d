-- Links and steps around the sign-in. Only hashes of what people hold are here.

-- A link that sets a password (invite, reset), or the pause between password
-- and second factor (second). Good once, until it expires.
CREATE TABLE IF NOT EXISTS user_token (
	token_hash BINARY(32) NOT NULL,
	user_id BINARY(16) NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- invite reset second
	created_by BINARY(16) NULL,                -- NULL: the user's own wish
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	used_at DATETIME(6) NULL,
	PRIMARY KEY (token_hash),
	KEY user_token_user (user_id, kind),
	KEY user_token_expires (expires_at),
	CONSTRAINT user_token_user_fk FOREIGN KEY (user_id) REFERENCES user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Time-based codes (RFC 6238) as second factor.
CREATE TABLE IF NOT EXISTS user_second (
	user_id BINARY(16) NOT NULL,
	secret_sealed VARBINARY(128) NOT NULL,     -- sealed with seal.key
	last_step BIGINT UNSIGNED NOT NULL,        -- of the last code taken
	created_at DATETIME(6) NOT NULL,
	confirmed_at DATETIME(6) NULL,             -- NULL: not asked for yet
	PRIMARY KEY (user_id),
	CONSTRAINT user_second_user_fk FOREIGN KEY (user_id) REFERENCES user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Codes for when the telephone with the second factor is lost; each once.
CREATE TABLE IF NOT EXISTS user_recovery (
	user_id BINARY(16) NOT NULL,
	code_hash BINARY(32) NOT NULL,
	used_at DATETIME(6) NULL,
	PRIMARY KEY (user_id, code_hash),
	CONSTRAINT user_recovery_user_fk FOREIGN KEY (user_id)
	    REFERENCES user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
