-- Sums by up to four keys at once, so that two dimensions and filters on them
-- are answered without reading the calls; and the ring time of answered calls,
-- for "time to answer" of every dimension. Steps of talk time, which were columns
-- that nobody read, are such a key now.

-- All of it is derived, so the table is made anew. Which keys mean what of each
-- dimension: lib/db/db_rollup.c.
DROP TABLE IF EXISTS call_rollup;

CREATE TABLE IF NOT EXISTS call_rollup (
	company_id BINARY(16) NOT NULL,
	dimension VARCHAR(16) NOT NULL,            -- total; source/1 source/16 …: of so many days
	bucket_at DATETIME(6) NOT NULL,
	value VARCHAR(255) NOT NULL,
	value2 VARCHAR(100) NOT NULL DEFAULT '',
	value3 VARCHAR(100) NOT NULL DEFAULT '',
	value4 VARCHAR(32) NOT NULL DEFAULT '',
	calls BIGINT NOT NULL DEFAULT 0,
	answered BIGINT NOT NULL DEFAULT 0,
	voicemail BIGINT NOT NULL DEFAULT 0,
	abandoned BIGINT NOT NULL DEFAULT 0,
	missed BIGINT NOT NULL DEFAULT 0,
	blocked BIGINT NOT NULL DEFAULT 0,
	failed BIGINT NOT NULL DEFAULT 0,
	interrupted BIGINT NOT NULL DEFAULT 0,
	first_time BIGINT NOT NULL DEFAULT 0,
	qualified BIGINT NOT NULL DEFAULT 0,
	leads BIGINT NOT NULL DEFAULT 0,
	sales BIGINT NOT NULL DEFAULT 0,
	spam BIGINT NOT NULL DEFAULT 0,
	value_micros BIGINT NOT NULL DEFAULT 0,
	duration_ms BIGINT NOT NULL DEFAULT 0,
	ring_ms BIGINT NOT NULL DEFAULT 0,
	talk_ms BIGINT NOT NULL DEFAULT 0,
	talk_60 BIGINT NOT NULL DEFAULT 0,
	talk_90 BIGINT NOT NULL DEFAULT 0,
	talk_120 BIGINT NOT NULL DEFAULT 0,
	answer_ms BIGINT NOT NULL DEFAULT 0,       -- ring time of answered calls
	PRIMARY KEY (company_id, dimension, bucket_at, value, value2, value3, value4)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- From the narrow rows, which hold all that is summed: quarters of all calls,
-- then days of each dimension; a statement each, as all at once would not fit
-- into the server's memory.

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'total',
	TIMESTAMP(DATE(f.started_at), MAKETIME(HOUR(f.started_at),
	MINUTE(f.started_at) DIV 15 * 15, 0)) AS bucket_at,
	'' AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'source/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.source AS value,
	f.medium AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'campaign/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.campaign AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'adgroup/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.ad_group AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'keyword/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.keyword AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'landing/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.landing_page AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'referrer/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.referrer_host AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'number/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	LOWER(HEX(f.number_id)) AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'pool/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	LOWER(HEX(f.pool_id)) AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'destination/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	LOWER(HEX(f.destination_id)) AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'location/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	LOWER(HEX(f.location_id)) AS value,
	'' AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'place/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.place AS value,
	f.country AS value2,
	'' AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'mix/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.campaign AS value,
	f.source AS value2,
	f.medium AS value3, f.channel AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'click/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.ad AS value,
	f.match_type AS value2,
	f.device AS value3, f.channel AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'state/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	f.outcome AS value,
	f.class AS value2,
	f.result AS value3, CONCAT(f.first_time, f.qualified) AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT f.company_id, 'steps/1',
	TIMESTAMP(DATE(f.started_at)) AS bucket_at,
	INTERVAL(f.talk_ms,1,10000,30000,60000,120000,300000,600000,1800000) AS value,
	INTERVAL(f.ring_ms,1,10000,30000,60000,120000,300000,600000,1800000) AS value2,
	INTERVAL(f.risk,20,40,60,80) AS value3, '' AS value4,
	COUNT(*), SUM(f.result = 'answered'), SUM(f.result = 'voicemail'),
	SUM(f.result = 'abandoned'), SUM(f.result = 'missed'),
	SUM(f.result = 'blocked'), SUM(f.result = 'failed'),
	SUM(f.result = 'interrupted'), SUM(f.first_time), SUM(f.qualified),
	SUM(f.is_lead), SUM(f.is_sale), SUM(f.is_spam), SUM(f.value_micros),
	SUM(f.duration_ms), SUM(f.ring_ms), SUM(f.talk_ms),
	SUM(f.talk_ms >= 60000), SUM(f.talk_ms >= 90000),
	SUM(f.talk_ms >= 120000),
	SUM(IF(f.result = 'answered', f.ring_ms, 0))
FROM call_fact f
GROUP BY f.company_id, bucket_at, value, value2, value3, value4;

-- Sixteen days from their days: fewer rows than calls.
REPLACE INTO call_rollup (company_id, dimension, bucket_at,
	value, value2, value3, value4, calls, answered, voicemail, abandoned,
	missed, blocked, failed, interrupted, first_time, qualified, leads,
	sales, spam, value_micros, duration_ms, ring_ms, talk_ms, talk_60,
	talk_90, talk_120, answer_ms)
SELECT SQL_BIG_RESULT r.company_id,
	REPLACE(r.dimension, '/1', '/16') AS chunk,
	TIMESTAMP(FROM_DAYS(TO_DAYS(r.bucket_at)
		- MOD(TO_DAYS(r.bucket_at) - 719528, 16))) AS chunk_at,
	r.value, r.value2, r.value3, r.value4,
	SUM(r.calls), SUM(r.answered), SUM(r.voicemail), SUM(r.abandoned),
	SUM(r.missed), SUM(r.blocked), SUM(r.failed), SUM(r.interrupted),
	SUM(r.first_time), SUM(r.qualified), SUM(r.leads), SUM(r.sales),
	SUM(r.spam), SUM(r.value_micros), SUM(r.duration_ms), SUM(r.ring_ms),
	SUM(r.talk_ms), SUM(r.talk_60), SUM(r.talk_90), SUM(r.talk_120),
	SUM(r.answer_ms)
FROM call_rollup r
WHERE r.dimension LIKE '%/1'
GROUP BY r.company_id, chunk, chunk_at, r.value, r.value2, r.value3, r.value4;
