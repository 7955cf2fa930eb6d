-- The web side. Written in batches by the lease server; no foreign keys, so
-- that a batch locks nothing but its own rows.

CREATE TABLE IF NOT EXISTS visitor (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	first_visit_id BINARY(16) NOT NULL,
	last_paid_visit_id BINARY(16) NULL,
	first_seen_at DATETIME(6) NOT NULL,
	last_seen_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS visit (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	visitor_id BINARY(16) NOT NULL,
	started_at DATETIME(6) NOT NULL,
	seen_at DATETIME(6) NOT NULL,              -- last sign of life
	engaged_s INT UNSIGNED NOT NULL DEFAULT 0, -- visible and used
	page_views INT UNSIGNED NOT NULL DEFAULT 0,
	tel_clicked_at DATETIME(6) NULL,           -- last click on a phone link
	landing_url VARCHAR(2048) NOT NULL,
	landing_page VARCHAR(255) NOT NULL,        -- host and path, no query
	referrer VARCHAR(2048) NOT NULL DEFAULT '',
	referrer_host VARCHAR(255) NOT NULL DEFAULT '',
	utm_source VARCHAR(255) NOT NULL DEFAULT '',
	utm_medium VARCHAR(255) NOT NULL DEFAULT '',
	utm_campaign VARCHAR(255) NOT NULL DEFAULT '',
	utm_term VARCHAR(255) NOT NULL DEFAULT '',
	utm_content VARCHAR(255) NOT NULL DEFAULT '',
	utm_id VARCHAR(255) NOT NULL DEFAULT '',
	gclid VARCHAR(512) NOT NULL DEFAULT '',
	gbraid VARCHAR(512) NOT NULL DEFAULT '',
	wbraid VARCHAR(512) NOT NULL DEFAULT '',
	dclid VARCHAR(512) NOT NULL DEFAULT '',
	fbclid VARCHAR(512) NOT NULL DEFAULT '',
	msclkid VARCHAR(512) NOT NULL DEFAULT '',
	ttclid VARCHAR(512) NOT NULL DEFAULT '',
	li_fat_id VARCHAR(512) NOT NULL DEFAULT '',
	campaign_id VARCHAR(64) NOT NULL DEFAULT '', -- the ad platform's own ids
	ad_group_id VARCHAR(64) NOT NULL DEFAULT '',
	ad_id VARCHAR(64) NOT NULL DEFAULT '',
	match_type VARCHAR(16) NOT NULL DEFAULT '',
	network VARCHAR(32) NOT NULL DEFAULT '',
	device VARCHAR(16) NOT NULL DEFAULT '',
	placement VARCHAR(255) NOT NULL DEFAULT '',
	ad_place VARCHAR(64) NOT NULL DEFAULT '',
	source VARCHAR(100) NOT NULL,              -- derived by lib/core/source
	medium VARCHAR(100) NOT NULL,
	campaign VARCHAR(255) NOT NULL DEFAULT '',
	keyword VARCHAR(255) NOT NULL DEFAULT '',
	channel VARCHAR(32) NOT NULL DEFAULT '',
	ga_client_id VARCHAR(64) NOT NULL DEFAULT '',
	browser_zone VARCHAR(64) NOT NULL DEFAULT '',
	PRIMARY KEY (company_id, id),
	KEY visit_visitor (company_id, visitor_id, started_at),
	KEY visit_started (company_id, started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS page_view (
	company_id BINARY(16) NOT NULL,
	visit_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	url VARCHAR(2048) NOT NULL,
	title VARCHAR(255) NOT NULL DEFAULT '',
	viewed_at DATETIME(6) NOT NULL,
	engaged_s INT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (company_id, visit_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What else happened in a visit: tel_click, consent_given, consent_withdrawn.
CREATE TABLE IF NOT EXISTS visit_event (
	company_id BINARY(16) NOT NULL,
	visit_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	kind VARCHAR(32) NOT NULL,
	number_id BINARY(16) NULL,
	happened_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, visit_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- "visit V was shown number N from started_at until expires_at, or until
-- released_at when that came first". Kept: attribution reads the history.
CREATE TABLE IF NOT EXISTS lease (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,
	number_id BINARY(16) NOT NULL,
	number_e164 VARCHAR(16) NOT NULL,
	visit_id BINARY(16) NOT NULL,
	epoch BIGINT UNSIGNED NOT NULL,            -- of the owner that wrote it
	started_at DATETIME(6) NOT NULL,
	beat_at DATETIME(6) NOT NULL,              -- last heartbeat
	expires_at DATETIME(6) NOT NULL,
	released_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	KEY lease_number (company_id, number_id, started_at),
	KEY lease_visit (company_id, visit_id, started_at),
	KEY lease_pool (company_id, pool_id, expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- 15-minute counts of what visits were given: leased extended source overflow
-- none robot noconsent.
CREATE TABLE IF NOT EXISTS pool_count (
	company_id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,               -- zero: the site has no pool
	bucket_at DATETIME(6) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	amount BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (company_id, pool_id, bucket_at, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
