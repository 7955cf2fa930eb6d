-- was 936bb8edd3c145acca160033770ff71b6cdc8d129b184a4339fb147888cfc00d
-- What a call was worth, judged at hang-up; and calls as narrow rows.

-- The rule's word, and a person's over it. One row for each closed call.
CREATE TABLE IF NOT EXISTS call_verdict (
	company_id BINARY(16) NOT NULL,
	call_id BINARY(16) NOT NULL,
	rule_version INT UNSIGNED NOT NULL,        -- of lib/core/verdict
	qualified TINYINT UNSIGNED NOT NULL,
	reasons VARCHAR(255) NOT NULL DEFAULT '',  -- answered,long_enough
	class VARCHAR(16) NOT NULL DEFAULT '',     -- lead customer spam wrong_number
	risk TINYINT UNSIGNED NOT NULL DEFAULT 0,  -- 0 to 100
	factors VARCHAR(255) NOT NULL DEFAULT '',  -- anonymous:20,silent:35
	decided_at DATETIME(6) NOT NULL,
	-- NULL: the rule's word stands
	own_qualified TINYINT UNSIGNED NULL,
	own_class VARCHAR(16) NULL,
	own_user_id BINARY(16) NULL,
	own_at DATETIME(6) NULL,
	PRIMARY KEY (company_id, call_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A qualified call of the same caller within this time makes a later one a
-- duplicate; 0: never.
ALTER TABLE company ADD COLUMN duplicate_s INT UNSIGNED NOT NULL DEFAULT 0;

-- Closed calls as reports and filters read them: one narrow row each, in the
-- order of time, written with the roll-ups and derived like them. Nothing that
-- names a person. Ids are zero where the call has none.
CREATE TABLE IF NOT EXISTS call_fact (
	company_id BINARY(16) NOT NULL,
	started_at DATETIME(6) NOT NULL,
	call_id BINARY(16) NOT NULL,
	number_id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,
	destination_id BINARY(16) NOT NULL,
	location_id BINARY(16) NOT NULL,
	result VARCHAR(16) NOT NULL,
	channel VARCHAR(32) NOT NULL,
	source VARCHAR(100) NOT NULL,
	medium VARCHAR(100) NOT NULL,
	campaign VARCHAR(255) NOT NULL,
	ad_group VARCHAR(64) NOT NULL,
	ad VARCHAR(64) NOT NULL,
	keyword VARCHAR(255) NOT NULL,
	match_type VARCHAR(16) NOT NULL,
	device VARCHAR(16) NOT NULL,
	landing_page VARCHAR(255) NOT NULL,
	referrer_host VARCHAR(255) NOT NULL,
	place VARCHAR(100) NOT NULL,
	country CHAR(2) NOT NULL,
	outcome VARCHAR(32) NOT NULL,
	class VARCHAR(16) NOT NULL,
	risk TINYINT UNSIGNED NOT NULL,
	first_time TINYINT UNSIGNED NOT NULL,
	qualified TINYINT UNSIGNED NOT NULL,
	is_lead TINYINT UNSIGNED NOT NULL,
	is_sale TINYINT UNSIGNED NOT NULL,
	is_spam TINYINT UNSIGNED NOT NULL,
	has_value TINYINT UNSIGNED NOT NULL,
	value_micros BIGINT NOT NULL,
	duration_ms INT UNSIGNED NOT NULL,
	ring_ms INT UNSIGNED NOT NULL,
	talk_ms INT UNSIGNED NOT NULL,
	PRIMARY KEY (company_id, started_at, call_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Calls from before this table.
INSERT IGNORE INTO call_fact
SELECT c.company_id, c.started_at, c.id, c.number_id,
	COALESCE(c.pool_id, REPEAT(CHAR(0), 16)),
	COALESCE(c.destination_id, REPEAT(CHAR(0), 16)),
	COALESCE(c.location_id, REPEAT(CHAR(0), 16)),
	c.result, i.channel, i.source, i.medium, i.campaign, i.ad_group,
	COALESCE(v.ad_id, ''), i.keyword, COALESCE(v.match_type, ''),
	COALESCE(v.device, ''), i.landing_page, i.referrer_host,
	c.caller_place, c.caller_country, i.outcome, '', 0, c.first_time,
	c.qualified, COALESCE(o.is_lead, 0), COALESCE(o.is_sale, 0),
	COALESCE(o.is_spam, 0), i.value_micros IS NOT NULL,
	COALESCE(i.value_micros, 0), c.duration_ms, c.ring_ms, c.talk_ms
FROM phone_call c
JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id
LEFT JOIN visit v ON v.company_id = i.company_id AND v.id = i.visit_id
	AND i.attributed_by = 'visit'
LEFT JOIN outcome o ON o.company_id = i.company_id AND o.code = i.outcome
WHERE c.state = 'closed';
