-- What a call is routed by: trunks, places, destinations, flows.

-- A carrier. It serves every company of its account.
CREATE TABLE IF NOT EXISTS trunk (
	account_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	enabled TINYINT UNSIGNED NOT NULL DEFAULT 1,
	country CHAR(2) NOT NULL,                  -- of numbers sent without '+'
	dialled VARCHAR(16) NOT NULL DEFAULT 'uri', -- uri to pcpid diversion
	codecs INT UNSIGNED NOT NULL DEFAULT 3,    -- 1 PCMU, 2 PCMA
	identity_in TINYINT UNSIGNED NOT NULL DEFAULT 1, -- its PAI is believed
	outgoing TINYINT UNSIGNED NOT NULL DEFAULT 1,    -- may carry B legs
	next_hop VARCHAR(255) NOT NULL,            -- IPv4[:port] packets go to
	uri_host VARCHAR(255) NOT NULL DEFAULT '', -- of the request URI
	tech_prefix VARCHAR(16) NOT NULL DEFAULT '',
	username VARCHAR(128) NOT NULL DEFAULT '', -- digest, outgoing calls
	password_sealed VARBINARY(512) NULL,       -- sealed with seal.key
	from_user VARCHAR(16) NOT NULL DEFAULT '', -- '': the caller's number
	no_reply_ms INT UNSIGNED NOT NULL DEFAULT 4000,
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
	media TINYINT UNSIGNED NOT NULL DEFAULT 0, -- of RTP rather than SIP
	PRIMARY KEY (account_id, trunk_id, cidr, media),
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
