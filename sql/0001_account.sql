-- Who may sign in and whose data it is. Times are UTC, money is micro-units,
-- ids are UUIDv7 made by the programs. Every statement can be run again.

CREATE TABLE IF NOT EXISTS account (
	id BINARY(16) NOT NULL,
	name VARCHAR(100) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One client business. Its id is the tenant key of every customer table.
CREATE TABLE IF NOT EXISTS company (
	id BINARY(16) NOT NULL,
	account_id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	time_zone VARCHAR(64) NOT NULL,            -- IANA name
	country CHAR(2) NOT NULL,                  -- ISO 3166, for national numbers
	currency CHAR(3) NOT NULL,                 -- ISO 4217, of all its values
	billable_s INT UNSIGNED NULL,              -- qualified from this talk time
	credit_min_bp SMALLINT UNSIGNED NOT NULL DEFAULT 6000, -- probability x10000
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (id),
	KEY company_account (account_id, name),
	CONSTRAINT company_account_fk FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS user (
	id BINARY(16) NOT NULL,
	account_id BINARY(16) NOT NULL,
	email VARCHAR(254) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	name VARCHAR(100) NOT NULL,
	password_hash VARCHAR(200) NOT NULL,       -- argon2id string; '' = none yet
	created_at DATETIME(6) NOT NULL,
	disabled_at DATETIME(6) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY user_email (email),
	KEY user_account (account_id),
	CONSTRAINT user_account_fk FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- company_id is 16 zero bytes for "all companies of the account".
CREATE TABLE IF NOT EXISTS membership (
	user_id BINARY(16) NOT NULL,
	account_id BINARY(16) NOT NULL,
	company_id BINARY(16) NOT NULL,
	role VARCHAR(16) NOT NULL,                 -- viewer editor admin owner
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (user_id, account_id, company_id),
	KEY membership_company (account_id, company_id),
	CONSTRAINT membership_user_fk FOREIGN KEY (user_id) REFERENCES user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A signed-in browser. Only the hash of its token is here.
CREATE TABLE IF NOT EXISTS login (
	token_hash BINARY(32) NOT NULL,
	user_id BINARY(16) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	seen_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	address VARCHAR(45) NOT NULL,
	agent VARCHAR(255) NOT NULL,
	PRIMARY KEY (token_hash),
	KEY login_user (user_id, created_at),
	KEY login_expires (expires_at),
	CONSTRAINT login_user_fk FOREIGN KEY (user_id) REFERENCES user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Failed sign-ins by e-mail address and by network address.
CREATE TABLE IF NOT EXISTS login_attempt (
	kind VARCHAR(8) NOT NULL,                  -- user address
	subject VARCHAR(254) NOT NULL,
	failures INT UNSIGNED NOT NULL,
	since_at DATETIME(6) NOT NULL,
	last_at DATETIME(6) NOT NULL,
	PRIMARY KEY (kind, subject),
	KEY login_attempt_last (last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who changed, played, exported or read what. Rows are only ever added.
CREATE TABLE IF NOT EXISTS audit (
	company_id BINARY(16) NOT NULL,            -- zero: the account itself
	id BINARY(16) NOT NULL,
	account_id BINARY(16) NOT NULL,
	user_id BINARY(16) NULL,                   -- NULL: the system
	action VARCHAR(64) NOT NULL,               -- number.add recording.play
	object_kind VARCHAR(32) NOT NULL,
	object_id BINARY(16) NULL,
	before_json JSON NULL,
	after_json JSON NULL,
	address VARCHAR(45) NOT NULL,
	happened_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, id),
	KEY audit_object (company_id, object_id, id),
	KEY audit_account (account_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Moves in the transaction of every change that the engine's snapshot or the
-- lease server's configuration holds.
CREATE TABLE IF NOT EXISTS config_version (
	id TINYINT UNSIGNED NOT NULL,              -- always 1
	version BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT IGNORE INTO config_version (id, version) VALUES (1, 1);
