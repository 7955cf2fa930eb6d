-- A form of a site that a visitor sent. Its id is its interaction's, which
-- holds attribution, outcome, value and tags as for a call.
CREATE TABLE IF NOT EXISTS form_entry (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	visit_id BINARY(16) NOT NULL,
	submitted_at DATETIME(6) NOT NULL,
	form_name VARCHAR(100) NOT NULL DEFAULT '',
	page_url VARCHAR(2048) NOT NULL DEFAULT '',
	fields JSON NOT NULL,                      -- [["name", "value"], …]
	contact_name VARCHAR(255) COLLATE utf8mb4_unicode_520_ci
	    NOT NULL DEFAULT '',
	contact_email VARCHAR(255) NOT NULL DEFAULT '',
	contact_e164 VARCHAR(16) NOT NULL DEFAULT '',
	PRIMARY KEY (company_id, id),
	KEY form_submitted (company_id, submitted_at),
	KEY form_visit (company_id, visit_id),
	KEY form_contact (company_id, contact_e164)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
