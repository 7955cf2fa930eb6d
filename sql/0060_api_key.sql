-- Keys of programs that use the JSON endpoints. Only the hash of a key is here.

-- company_id is 16 zero bytes for "all companies of the account".
CREATE TABLE IF NOT EXISTS api_key (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	account_id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	key_hash BINARY(32) NOT NULL,
	hint VARCHAR(16) NOT NULL,                 -- how the key begins, to tell it
	scopes VARCHAR(255) NOT NULL,              -- calls:read reports:read
	created_by BINARY(16) NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NULL,               -- NULL: does not
	used_at DATETIME(6) NULL,                  -- last, to the minute
	used_address VARCHAR(45) NOT NULL DEFAULT '',
	revoked_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY api_key_hash (key_hash),
	KEY api_key_account (account_id, company_id),
	CONSTRAINT api_key_account_fk FOREIGN KEY (account_id)
	    REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
