-- How long this company's visitors take to call, fitted from its own calls
-- (lib/core/attrib_fit). The newest version counts; older ones stay, for what
-- was decided by them. Without a row the built-in prior holds.
CREATE TABLE IF NOT EXISTS attrib_law (
	company_id BINARY(16) NOT NULL,
	version INT UNSIGNED NOT NULL,
	law VARCHAR(2048) NOT NULL,                -- attrib_law_write()
	calls INT UNSIGNED NOT NULL,               -- it was fitted from
	visits BIGINT UNSIGNED NOT NULL,
	stray_bp SMALLINT UNSIGNED NOT NULL,       -- of the calls, of nobody
	from_at DATETIME(6) NOT NULL,
	to_at DATETIME(6) NOT NULL,
	fitted_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
