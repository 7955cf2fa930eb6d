-- Which of a site's numbers its tag found on its pages, on a UTC day: sums,
-- written with those of site_health. A number's first page of each visit counts.
CREATE TABLE IF NOT EXISTS site_number_seen (
	company_id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	day_at DATETIME(6) NOT NULL,
	e164 VARCHAR(16) NOT NULL,
	reports INT UNSIGNED NOT NULL DEFAULT 0,   -- pages where it was looked for
	pages INT UNSIGNED NOT NULL DEFAULT 0,     -- of these, pages that had it
	places INT UNSIGNED NOT NULL DEFAULT 0,    -- on them, texts and links
	PRIMARY KEY (company_id, site_id, day_at, e164),
	KEY site_number_seen_day (day_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
