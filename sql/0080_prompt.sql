-- What callers hear. A version is never changed once it is ready: the proof
-- of a disclosure names the version that was heard. Live is the newest ready
-- one; audio is headerless mu-law, 8000 Hz, one channel.

CREATE TABLE IF NOT EXISTS prompt (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	prompt_key VARCHAR(64) NOT NULL,           -- what flows call it by
	active_key VARCHAR(64) NULL,               -- the key until archived
	language VARCHAR(16) NOT NULL,             -- BCP 47
	last_version INT UNSIGNED NOT NULL DEFAULT 0,
	live_version INT UNSIGNED NOT NULL DEFAULT 0, -- 0: none is ready yet
	created_at DATETIME(6) NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY prompt_active (company_id, active_key),
	CONSTRAINT prompt_company_fk FOREIGN KEY (company_id) REFERENCES company (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS prompt_version (
	company_id BINARY(16) NOT NULL,
	prompt_id BINARY(16) NOT NULL,
	version INT UNSIGNED NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- upload speech
	state VARCHAR(8) NOT NULL,                 -- pending ready failed
	reason VARCHAR(255) NOT NULL DEFAULT '',   -- for people: why it failed
	spoken_text TEXT COLLATE utf8mb4_unicode_520_ci NULL,
	voice VARCHAR(32) NOT NULL DEFAULT '',     -- lib/core/voice
	upload MEDIUMBLOB NULL,                    -- as sent, until it is ready
	ulaw MEDIUMBLOB NULL,
	samples INT UNSIGNED NOT NULL DEFAULT 0,
	created_by BINARY(16) NULL,
	created_at DATETIME(6) NOT NULL,
	ready_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, prompt_id, version),
	CONSTRAINT prompt_version_prompt_fk FOREIGN KEY (company_id, prompt_id)
	    REFERENCES prompt (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Speech that was made before, by the digest of voice, language and text.
CREATE TABLE IF NOT EXISTS speech (
	digest BINARY(32) NOT NULL,
	ulaw MEDIUMBLOB NOT NULL,
	used_at DATETIME(6) NOT NULL,
	PRIMARY KEY (digest),
	KEY speech_used (used_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
