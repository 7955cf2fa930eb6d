-- Lists of callers that flows ask about: "blocked", "vip", "staff".

CREATE TABLE IF NOT EXISTS caller_list (
	company_id BINARY(16) NOT NULL,
	name VARCHAR(32) NOT NULL,                 -- in flows: lower case, - and _
	note VARCHAR(255) NOT NULL DEFAULT '',
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Found by the number of a call that has just come in.
CREATE TABLE IF NOT EXISTS caller_list_entry (
	company_id BINARY(16) NOT NULL,
	e164 VARCHAR(16) NOT NULL,
	list_name VARCHAR(32) NOT NULL,
	note VARCHAR(255) NOT NULL DEFAULT '',
	added_by BINARY(16) NULL,                  -- user; NULL: the command line
	added_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, e164, list_name),
	KEY caller_list_entry_list (company_id, list_name, e164)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
