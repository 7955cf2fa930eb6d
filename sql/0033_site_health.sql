-- What the tag of a site said of its pages on a UTC day: sums, written about
-- once a minute. Of a write that was lost in a crash a minute is missing.
CREATE TABLE IF NOT EXISTS site_health (
	company_id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	day_at DATETIME(6) NOT NULL,
	said_at DATETIME(6) NOT NULL,              -- last report
	version INT UNSIGNED NOT NULL DEFAULT 0,   -- of the tag, the newest
	reports INT UNSIGNED NOT NULL DEFAULT 0,   -- pages that were reported
	without INT UNSIGNED NOT NULL DEFAULT 0,   -- of these, pages with no number
	found INT UNSIGNED NOT NULL DEFAULT 0,     -- places with the site's number
	swapped INT UNSIGNED NOT NULL DEFAULT 0,
	late INT UNSIGNED NOT NULL DEFAULT 0,      -- the tag began after 3 s
	twice INT UNSIGNED NOT NULL DEFAULT 0,
	other_tag INT UNSIGNED NOT NULL DEFAULT 0,
	url_changed INT UNSIGNED NOT NULL DEFAULT 0,
	click_lost INT UNSIGNED NOT NULL DEFAULT 0,
	refused INT UNSIGNED NOT NULL DEFAULT 0,   -- origin not in the list
	refused_origin VARCHAR(255) NOT NULL DEFAULT '',
	PRIMARY KEY (company_id, site_id, day_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
