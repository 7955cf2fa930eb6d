-- was 10622d7a0bc4f4592ab9c49c7fb2d9b153251b050046d6382499a0a1fbb740bc
-- Voice messages go with the mail, or as a link only.
ALTER TABLE mail_rule ADD COLUMN
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
