-- Bytes of recordings that retention or an erasure took away, by the day, so
-- that what is stored at the end of any month can be told: what was recorded
-- until then, less these. Those of before this table's new kind: when they were
-- erased is in the audit log.
REPLACE INTO usage_day (company_id, day_at, kind, amount)
SELECT e.company_id, e.day_at, 'erased_bytes', SUM(e.size_bytes)
FROM (SELECT r.company_id, r.size_bytes,
		TIMESTAMP(DATE(COALESCE(MIN(a.happened_at), r.started_at)))
			AS day_at
	FROM recording r
	LEFT JOIN audit a ON a.company_id = r.company_id
		AND a.object_id = r.id AND a.action = 'recording.erase'
	WHERE r.state = 'erased' AND r.ready_at IS NOT NULL
		AND r.size_bytes > 0
	GROUP BY r.company_id, r.id, r.size_bytes, r.started_at) e
GROUP BY e.company_id, e.day_at;
