-- What a call is routed by: trunks, places, destinations, flows.

-- A carrier. It serves every company of its account.
CREATE TABLE IF NOT EXISTS trunk (
	account_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	enabled TINYINT UNSIGNED NOT NULL DEFAULT 1,
	country CHAR(2) NOT NULL,                  -- of numbers sent without '+'
	next_hop VARCHAR(255) NOT NULL,            -- host[:port] packets go to
	uri_host VARCHAR(255) NOT NULL,            -- host of the request URI
	username VARCHAR(128) NOT NULL DEFAULT '', -- digest, outgoing calls
	password_sealed VARBINARY(512) NULL,       -- sealed with seal.key
	caller_id VARCHAR(16) NOT NULL DEFAULT '', -- '': pass the caller's
	max_calls INT UNSIGNED NOT NULL DEFAULT 0, -- 0: no limit of its own
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (account_id, id),
	CONSTRAINT trunk_account_fk FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Packets of these networks belong to the trunk.
CREATE TABLE IF NOT EXISTS trunk_acl (
	account_id BINARY(16) NOT NULL,
	trunk_id BINARY(16) NOT NULL,
	cidr VARCHAR(43) NOT NULL,                 -- 192.0.2.0/24
	PRIMARY KEY (account_id, trunk_id, cidr),
	CONSTRAINT trunk_acl_trunk_fk FOREIGN KEY (account_id, trunk_id)
	    REFERENCES trunk (account_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS location (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	time_zone VARCHAR(64) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	CONSTRAINT location_company_fk FOREIGN KEY (company_id) REFERENCES company (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS destination (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- phone sip
	target VARCHAR(255) NOT NULL,              -- E.164, or a SIP URI
	trunk_id BINARY(16) NULL,                  -- NULL: the trunk the call came by
	location_id BINARY(16) NULL,
	ring_s SMALLINT UNSIGNED NOT NULL DEFAULT 30,
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	CONSTRAINT destination_company_fk FOREIGN KEY (company_id)
	    REFERENCES company (id),
	CONSTRAINT destination_location_fk FOREIGN KEY (company_id, location_id)
	    REFERENCES location (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS flow (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	last_version INT UNSIGNED NOT NULL DEFAULT 0,
	published_version INT UNSIGNED NULL,       -- what live calls run
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	CONSTRAINT flow_company_fk FOREIGN KEY (company_id) REFERENCES company (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A version is never changed once written: calls point at it.
CREATE TABLE IF NOT EXISTS flow_version (
	company_id BINARY(16) NOT NULL,
	flow_id BINARY(16) NOT NULL,
	version INT UNSIGNED NOT NULL,
	document JSON NOT NULL,
	created_by BINARY(16) NULL,
	created_at DATETIME(6) NOT NULL,
	published_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, flow_id, version),
	CONSTRAINT flow_version_flow_fk FOREIGN KEY (company_id, flow_id)
	    REFERENCES flow (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
