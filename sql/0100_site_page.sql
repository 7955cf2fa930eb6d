-- Pages of a site that are looked at once a day, and what was found there last.
CREATE TABLE IF NOT EXISTS site_page (
	company_id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	url VARCHAR(500) NOT NULL,
	asked_at DATETIME(6) NULL,                 -- by a person, for now
	checked_at DATETIME(6) NULL,               -- what follows is of then
	problem VARCHAR(160) NOT NULL DEFAULT '',  -- no answer came: why
	status SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	hops TINYINT UNSIGNED NOT NULL DEFAULT 0,  -- redirects that were followed
	final_url VARCHAR(2048) NOT NULL DEFAULT '',
	bytes INT UNSIGNED NOT NULL DEFAULT 0,
	took_ms INT UNSIGNED NOT NULL DEFAULT 0,
	tags INT UNSIGNED NOT NULL DEFAULT 0,      -- scripts that are the site's tag
	others INT UNSIGNED NOT NULL DEFAULT 0,    -- tags of other vendors
	targets INT UNSIGNED NOT NULL DEFAULT 0,   -- places that would be swapped
	ours INT UNSIGNED NOT NULL DEFAULT 0,      -- tracking numbers in the page itself
	found INT UNSIGNED NOT NULL DEFAULT 0,     -- bits: lib/core/sitecheck
	PRIMARY KEY (company_id, site_id, url),
	KEY site_page_checked (checked_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
