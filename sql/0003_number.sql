-- Tracking numbers and what they stand for.

CREATE TABLE IF NOT EXISTS number (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	e164 VARCHAR(16) NOT NULL,                 -- +15550100
	active_e164 VARCHAR(16) NULL,              -- e164 until released: one owner
	label VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
	kind VARCHAR(16) NOT NULL,                 -- local tollfree mobile other
	country CHAR(2) NOT NULL,
	place VARCHAR(100) NOT NULL DEFAULT '',
	trunk_id BINARY(16) NULL,                  -- NULL: any trunk of the account
	flow_id BINARY(16) NULL,
	destination_id BINARY(16) NULL,            -- plain forward without a flow
	location_id BINARY(16) NULL,
	record VARCHAR(8) NOT NULL DEFAULT 'off',  -- off notice silent
	record_confirmed_by BINARY(16) NULL,       -- the owner who chose silent
	notice_key VARCHAR(64) NOT NULL DEFAULT '', -- prompt; '' the built-in one
	added_at DATETIME(6) NOT NULL,
	released_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY number_active (active_e164),
	KEY number_e164 (company_id, e164),
	CONSTRAINT number_company_fk FOREIGN KEY (company_id) REFERENCES company (id),
	CONSTRAINT number_flow_fk FOREIGN KEY (company_id, flow_id)
	    REFERENCES flow (company_id, id),
	CONSTRAINT number_destination_fk FOREIGN KEY (company_id, destination_id)
	    REFERENCES destination (company_id, id),
	CONSTRAINT number_location_fk FOREIGN KEY (company_id, location_id)
	    REFERENCES location (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Numbers leased to visits.
CREATE TABLE IF NOT EXISTS pool (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	overflow_number_id BINARY(16) NULL,
	location_id BINARY(16) NULL,
	lease_s INT UNSIGNED NOT NULL DEFAULT 180, -- after the last heartbeat
	min_reuse_s INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	CONSTRAINT pool_company_fk FOREIGN KEY (company_id) REFERENCES company (id),
	CONSTRAINT pool_overflow_fk FOREIGN KEY (company_id, overflow_number_id)
	    REFERENCES number (company_id, id),
	CONSTRAINT pool_location_fk FOREIGN KEY (company_id, location_id)
	    REFERENCES location (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS pool_number (
	company_id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,
	number_id BINARY(16) NOT NULL,
	added_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, pool_id, number_id),
	UNIQUE KEY pool_number_once (company_id, number_id),
	CONSTRAINT pool_number_pool_fk FOREIGN KEY (company_id, pool_id)
	    REFERENCES pool (company_id, id),
	CONSTRAINT pool_number_number_fk FOREIGN KEY (company_id, number_id)
	    REFERENCES number (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which lease server holds a pool's state; every batch it writes checks the
-- epoch in the same transaction.
CREATE TABLE IF NOT EXISTS pool_owner (
	company_id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,
	owner VARCHAR(100) NOT NULL,               -- host and process of the server
	epoch BIGINT UNSIGNED NOT NULL,            -- grows with every change of owner
	taken_at DATETIME(6) NOT NULL,
	alive_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, pool_id),
	CONSTRAINT pool_owner_pool_fk FOREIGN KEY (company_id, pool_id)
	    REFERENCES pool (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A client's web site that carries the tag.
CREATE TABLE IF NOT EXISTS site (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	public_key VARCHAR(40) NOT NULL,           -- in the tag; not a secret
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	consent VARCHAR(8) NOT NULL DEFAULT 'assume', -- assume require
	pool_id BINARY(16) NULL,                   -- the pool visits lease from
	location_id BINARY(16) NULL,
	seen_at DATETIME(6) NULL,                  -- the tag's last request
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY site_key (public_key),
	CONSTRAINT site_company_fk FOREIGN KEY (company_id) REFERENCES company (id),
	CONSTRAINT site_pool_fk FOREIGN KEY (company_id, pool_id)
	    REFERENCES pool (company_id, id),
	CONSTRAINT site_location_fk FOREIGN KEY (company_id, location_id)
	    REFERENCES location (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Where the tag may call from: scheme://host[:port].
CREATE TABLE IF NOT EXISTS site_origin (
	company_id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	origin VARCHAR(255) NOT NULL,
	PRIMARY KEY (company_id, site_id, origin),
	CONSTRAINT site_origin_site_fk FOREIGN KEY (company_id, site_id)
	    REFERENCES site (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The business's own numbers on the page, which the tag replaces.
CREATE TABLE IF NOT EXISTS site_target (
	company_id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	e164 VARCHAR(16) NOT NULL,
	PRIMARY KEY (company_id, site_id, e164),
	CONSTRAINT site_target_site_fk FOREIGN KEY (company_id, site_id)
	    REFERENCES site (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One number that stands for one source. With a site and a match it is also
-- the source-level number of that site; lower precedence wins.
CREATE TABLE IF NOT EXISTS tracker (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	number_id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	source VARCHAR(100) NOT NULL,
	medium VARCHAR(100) NOT NULL,
	campaign VARCHAR(255) NOT NULL DEFAULT '',
	channel VARCHAR(32) NOT NULL DEFAULT '',
	site_id BINARY(16) NULL,
	match_kind VARCHAR(16) NOT NULL DEFAULT 'none', -- none param url referrer group always
	match_value VARCHAR(255) NOT NULL DEFAULT '',
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	KEY tracker_number (company_id, number_id),
	CONSTRAINT tracker_number_fk FOREIGN KEY (company_id, number_id)
	    REFERENCES number (company_id, id),
	CONSTRAINT tracker_site_fk FOREIGN KEY (company_id, site_id)
	    REFERENCES site (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
