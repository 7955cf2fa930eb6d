-- Closed calls once more for each tag that they have, in the order of the tag
-- and of time: a report under a tag reads its own calls and no other.
CREATE TABLE IF NOT EXISTS call_fact_tag (
	company_id BINARY(16) NOT NULL,
	tag_id BINARY(16) NOT NULL,
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
	PRIMARY KEY (company_id, tag_id, started_at, call_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Calls from before this table.
INSERT IGNORE INTO call_fact_tag (company_id, tag_id, started_at, call_id,
	number_id, pool_id, destination_id, location_id, result, channel,
	source, medium, campaign, ad_group, ad, keyword, match_type, device,
	landing_page, referrer_host, place, country, outcome, class, risk,
	first_time, qualified, is_lead, is_sale, is_spam, has_value,
	value_micros, duration_ms, ring_ms, talk_ms)
SELECT x.company_id, x.tag_id, f.started_at, f.call_id, f.number_id,
	f.pool_id, f.destination_id, f.location_id, f.result, f.channel,
	f.source, f.medium, f.campaign, f.ad_group, f.ad, f.keyword,
	f.match_type, f.device, f.landing_page, f.referrer_host, f.place,
	f.country, f.outcome, f.class, f.risk, f.first_time, f.qualified,
	f.is_lead, f.is_sale, f.is_spam, f.has_value, f.value_micros,
	f.duration_ms, f.ring_ms, f.talk_ms
FROM call_fact f
JOIN interaction_tag x ON x.company_id = f.company_id
	AND x.interaction_id = f.call_id;
