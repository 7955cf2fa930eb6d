-- Voice messages go with the mail, or as a link only.
ALTER TABLE mail_rule ADD COLUMN IF NOT EXISTS
	attach TINYINT UNSIGNED NOT NULL DEFAULT 0;

-- A client's sign, which mails carry and pages show.
CREATE TABLE IF NOT EXISTS company_logo (
	company_id BINARY(16) NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- png jpeg: by its bytes
	width INT UNSIGNED NOT NULL,
	height INT UNSIGNED NOT NULL,
	image MEDIUMBLOB NOT NULL,
	changed_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
