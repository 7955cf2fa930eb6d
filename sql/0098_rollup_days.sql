-- Sums by source, campaign and so on: of UTC days and of 16 UTC days instead of
-- quarters of an hour. Fewer rows to keep, and few enough to read for a year.

ALTER TABLE call_rollup MODIFY dimension VARCHAR(16) NOT NULL;

-- From the narrow rows, which hold all that is summed.
REPLACE INTO call_rollup
SELECT f.company_id, CONCAT(w.word, '/', p.days),
	TIMESTAMP(FROM_DAYS(TO_DAYS(f.started_at)
		- MOD(TO_DAYS(f.started_at) - 719528, p.days))) AS bucket_at,
	CASE w.word WHEN 'source' THEN f.source
		WHEN 'campaign' THEN f.campaign
		WHEN 'adgroup' THEN f.ad_group
		WHEN 'keyword' THEN f.keyword
		WHEN 'landing' THEN f.landing_page
		WHEN 'referrer' THEN f.referrer_host
		WHEN 'number' THEN LOWER(HEX(f.number_id))
		WHEN 'pool' THEN LOWER(HEX(f.pool_id))
		WHEN 'destination' THEN LOWER(HEX(f.destination_id))
		WHEN 'location' THEN LOWER(HEX(f.location_id))
		ELSE f.place END AS value,
	CASE w.word WHEN 'source' THEN f.medium
		WHEN 'place' THEN f.country ELSE '' END AS value2,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000), SUM(f.talk_ms = 0),
	SUM(f.talk_ms > 0 AND f.talk_ms < 10000),
	SUM(f.talk_ms >= 10000 AND f.talk_ms < 30000),
	SUM(f.talk_ms >= 30000 AND f.talk_ms < 60000),
	SUM(f.talk_ms >= 60000 AND f.talk_ms < 120000),
	SUM(f.talk_ms >= 120000 AND f.talk_ms < 300000),
	SUM(f.talk_ms >= 300000 AND f.talk_ms < 600000),
	SUM(f.talk_ms >= 600000 AND f.talk_ms < 1800000),
	SUM(f.talk_ms >= 1800000)
FROM call_fact f
CROSS JOIN (SELECT 'source' AS word UNION ALL SELECT 'campaign'
	UNION ALL SELECT 'adgroup' UNION ALL SELECT 'keyword'
	UNION ALL SELECT 'landing' UNION ALL SELECT 'referrer'
	UNION ALL SELECT 'number' UNION ALL SELECT 'pool'
	UNION ALL SELECT 'destination' UNION ALL SELECT 'location'
	UNION ALL SELECT 'place') w
CROSS JOIN (SELECT 1 AS days UNION ALL SELECT 16) p
GROUP BY f.company_id, w.word, p.days, bucket_at, value, value2;

-- Quarters of an hour are kept for all calls together only.
DELETE FROM call_rollup
WHERE dimension <> 'total' AND dimension NOT LIKE '%/%';
