-- Who gets which mail, and what was handed to the SMTP server.

CREATE TABLE IF NOT EXISTS mail_rule (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	user_id BINARY(16) NOT NULL,               -- to whose address
	kind VARCHAR(16) NOT NULL,                 -- lib/core/mail_rule.h
	quiet_from_min SMALLINT UNSIGNED NOT NULL DEFAULT 0, -- of the company's day
	quiet_to_min SMALLINT UNSIGNED NOT NULL DEFAULT 0,   -- equal: never quiet
	unsubscribe VARCHAR(43) NOT NULL,          -- token of the link in each mail
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY mail_rule_unsubscribe (unsubscribe),
	KEY mail_rule_kind (kind, archived_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One mail: the last attempt to hand it over. job_id is the job that did.
CREATE TABLE IF NOT EXISTS mail_log (
	company_id BINARY(16) NOT NULL,            -- zero: of the account
	job_id BIGINT UNSIGNED NOT NULL,
	template VARCHAR(32) NOT NULL,
	to_address VARCHAR(254) NOT NULL,
	subject VARCHAR(255) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	state VARCHAR(8) NOT NULL,                 -- sent failed
	attempts INT UNSIGNED NOT NULL,
	last_error VARCHAR(255) NOT NULL DEFAULT '',
	created_at DATETIME(6) NOT NULL,
	tried_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, job_id),
	KEY mail_log_tried (tried_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
