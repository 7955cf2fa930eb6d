-- Interactions, calls and what hangs on them. No foreign keys: the journal is
-- drained whatever became of the configuration meanwhile.

-- The common parent of calls and forms: who was credited, how it came out,
-- what it is worth. Its id is the call's (or the form's) own id.
CREATE TABLE IF NOT EXISTS interaction (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- call form
	happened_at DATETIME(6) NOT NULL,
	-- attribution
	attributed_by VARCHAR(8) NOT NULL DEFAULT 'none', -- visit tracker source none
	visit_id BINARY(16) NULL,                  -- best candidate
	lease_id BINARY(16) NULL,
	tracker_id BINARY(16) NULL,
	probability_bp SMALLINT UNSIGNED NOT NULL DEFAULT 0, -- x10000, of visit_id
	source VARCHAR(100) NOT NULL DEFAULT '',
	medium VARCHAR(100) NOT NULL DEFAULT '',
	campaign VARCHAR(255) NOT NULL DEFAULT '',
	ad_group VARCHAR(64) NOT NULL DEFAULT '',  -- the platform's ad group id
	keyword VARCHAR(255) NOT NULL DEFAULT '',
	channel VARCHAR(32) NOT NULL DEFAULT '',
	landing_page VARCHAR(255) NOT NULL DEFAULT '',
	referrer_host VARCHAR(255) NOT NULL DEFAULT '',
	rule_version INT UNSIGNED NOT NULL DEFAULT 0, -- of lib/core/attrib
	evidence JSON NULL,                        -- every candidate and its weight
	-- outcome: never set by the engine
	outcome VARCHAR(32) NOT NULL DEFAULT '',   -- code in outcome; '' = none
	outcome_by VARCHAR(8) NOT NULL DEFAULT '', -- person rule analysis
	outcome_user_id BINARY(16) NULL,
	outcome_at DATETIME(6) NULL,
	value_micros BIGINT NULL,                  -- in the company's currency
	note TEXT COLLATE utf8mb4_unicode_520_ci NULL,
	PRIMARY KEY (company_id, id),
	KEY interaction_visit (company_id, visit_id),
	KEY interaction_happened (company_id, happened_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- CALL is a word of SQL, hence the name.
CREATE TABLE IF NOT EXISTS phone_call (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	state VARCHAR(8) NOT NULL,                 -- open closed
	result VARCHAR(16) NOT NULL DEFAULT '',    -- lib/core/callresult, '' while open
	number_id BINARY(16) NOT NULL,
	number_e164 VARCHAR(16) NOT NULL,          -- as dialled
	pool_id BINARY(16) NULL,                   -- the number's pool at that time
	trunk_id BINARY(16) NULL,
	flow_id BINARY(16) NULL,
	flow_version INT UNSIGNED NULL,
	location_id BINARY(16) NULL,
	destination_id BINARY(16) NULL,            -- who answered, else last rung
	caller_e164 VARCHAR(16) NOT NULL DEFAULT '', -- '' anonymous or unknown form
	caller_raw VARCHAR(64) NOT NULL DEFAULT '',  -- as the carrier wrote it
	caller_name VARCHAR(128) COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
	caller_country CHAR(2) NOT NULL DEFAULT '',
	caller_place VARCHAR(100) NOT NULL DEFAULT '',
	attestation CHAR(1) NOT NULL DEFAULT '',   -- STIR: A B C
	first_time TINYINT UNSIGNED NOT NULL DEFAULT 0,
	started_at DATETIME(6) NOT NULL,
	answered_at DATETIME(6) NULL,              -- by a prompt or a person
	bridged_at DATETIME(6) NULL,               -- to a person
	ended_at DATETIME(6) NULL,
	duration_ms INT UNSIGNED NOT NULL DEFAULT 0,
	ring_ms INT UNSIGNED NOT NULL DEFAULT 0,
	talk_ms INT UNSIGNED NOT NULL DEFAULT 0,
	qualified TINYINT UNSIGNED NOT NULL DEFAULT 0, -- talk time past billable_s
	hangup_by VARCHAR(12) NOT NULL DEFAULT '', -- callrec_by_name()
	sip_status SMALLINT UNSIGNED NOT NULL DEFAULT 0, -- final answer to the caller
	cause SMALLINT UNSIGNED NOT NULL DEFAULT 0,      -- Q.850, 0 unknown
	reason VARCHAR(255) NOT NULL DEFAULT '',   -- for people: why it ended so
	sip_call_id VARCHAR(255) NOT NULL DEFAULT '', -- of leg A
	user_agent VARCHAR(255) NOT NULL DEFAULT '',
	source_address VARCHAR(45) NOT NULL DEFAULT '', -- the INVITE came from
	anonymous TINYINT UNSIGNED NOT NULL DEFAULT 0,
	lookup_late TINYINT UNSIGNED NOT NULL DEFAULT 0, -- flow ran without source
	record VARCHAR(8) NOT NULL DEFAULT 'off',  -- off notice silent
	notice_key VARCHAR(64) NOT NULL DEFAULT '', -- heard to its end
	notice_version INT UNSIGNED NOT NULL DEFAULT 0,
	notice_ended_at DATETIME(6) NULL,
	last_seq INT UNSIGNED NOT NULL DEFAULT 0,  -- last journal record applied
	PRIMARY KEY (company_id, id),
	KEY phone_call_started (company_id, started_at, id),
	KEY phone_call_caller (company_id, caller_e164, started_at),
	KEY phone_call_number (company_id, number_id, started_at),
	KEY phone_call_state (state, started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS call_leg (
	company_id BINARY(16) NOT NULL,
	call_id BINARY(16) NOT NULL,
	seq SMALLINT UNSIGNED NOT NULL,            -- 0 is the caller's
	destination_id BINARY(16) NULL,
	trunk_id BINARY(16) NULL,
	target VARCHAR(255) NOT NULL DEFAULT '',   -- number or URI dialled
	started_at DATETIME(6) NOT NULL,
	ringing_at DATETIME(6) NULL,
	early_at DATETIME(6) NULL,                 -- early media
	answered_at DATETIME(6) NULL,
	ended_at DATETIME(6) NULL,
	sip_status SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	cause SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	hangup_by VARCHAR(12) NOT NULL DEFAULT '',
	reason VARCHAR(255) NOT NULL DEFAULT '',
	codec VARCHAR(16) NOT NULL DEFAULT '',
	packets_in INT UNSIGNED NOT NULL DEFAULT 0,
	packets_out INT UNSIGNED NOT NULL DEFAULT 0,
	packets_lost INT UNSIGNED NOT NULL DEFAULT 0,
	packets_dropped INT UNSIGNED NOT NULL DEFAULT 0,
	jitter_us INT UNSIGNED NOT NULL DEFAULT 0, -- RFC 3550, at the end
	rtt_us INT UNSIGNED NOT NULL DEFAULT 0,
	sip_call_id VARCHAR(255) NOT NULL DEFAULT '',
	PRIMARY KEY (company_id, call_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The trace of a call: flow steps, SIP, media, in the engine's order.
CREATE TABLE IF NOT EXISTS call_event (
	company_id BINARY(16) NOT NULL,
	call_id BINARY(16) NOT NULL,
	seq INT UNSIGNED NOT NULL,
	leg_seq SMALLINT UNSIGNED NULL,
	kind VARCHAR(32) NOT NULL,                 -- callrec_event_name()
	step SMALLINT UNSIGNED NULL,               -- of the flow
	branch SMALLINT UNSIGNED NULL,
	value BIGINT NOT NULL DEFAULT 0,
	detail VARCHAR(255) NOT NULL DEFAULT '',
	happened_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, call_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS recording (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	call_id BINARY(16) NOT NULL,
	state VARCHAR(8) NOT NULL,                 -- pending ready failed erased
	path VARCHAR(255) NOT NULL,                -- below recordings_dir
	started_at DATETIME(6) NOT NULL,
	duration_ms INT UNSIGNED NOT NULL DEFAULT 0,
	size_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
	channels TINYINT UNSIGNED NOT NULL DEFAULT 2,
	rate_hz INT UNSIGNED NOT NULL DEFAULT 8000,
	pcm_sha256 BINARY(32) NULL,                -- over the samples, not the file
	peaks MEDIUMBLOB NULL,                     -- waveform, made by a job
	created_at DATETIME(6) NOT NULL,
	ready_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY recording_path (company_id, path),
	KEY recording_call (company_id, call_id),
	KEY recording_state (state, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What the company knows of a caller's earlier calls.
CREATE TABLE IF NOT EXISTS caller (
	company_id BINARY(16) NOT NULL,
	e164 VARCHAR(16) NOT NULL,
	first_call_id BINARY(16) NOT NULL,
	first_at DATETIME(6) NOT NULL,
	last_call_id BINARY(16) NOT NULL,
	last_at DATETIME(6) NOT NULL,
	calls INT UNSIGNED NOT NULL,
	last_visit_id BINARY(16) NULL,             -- last one credited
	PRIMARY KEY (company_id, e164)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS tag (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	name VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY tag_name (company_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS interaction_tag (
	company_id BINARY(16) NOT NULL,
	interaction_id BINARY(16) NOT NULL,
	tag_id BINARY(16) NOT NULL,
	added_by BINARY(16) NULL,
	added_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, interaction_id, tag_id),
	KEY interaction_tag_tag (company_id, tag_id, interaction_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a call can come to; a new company gets lead customer spam
-- wrong_number booked sold.
CREATE TABLE IF NOT EXISTS outcome (
	company_id BINARY(16) NOT NULL,
	code VARCHAR(32) NOT NULL,
	name VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	is_lead TINYINT UNSIGNED NOT NULL,         -- counts as a lead
	is_sale TINYINT UNSIGNED NOT NULL,         -- counts as an acquisition
	is_spam TINYINT UNSIGNED NOT NULL,
	position SMALLINT UNSIGNED NOT NULL,
	archived_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
