-- A tracker costs one amount a day (0194): where an amount of some days lay
-- within a longer one, the longer one goes on behind it. Of several that stand
-- for a day the one that began last is meant.
INSERT IGNORE INTO tracker_cost (company_id, tracker_id, from_on, until_on,
	monthly_micros)
SELECT DISTINCT n.company_id, n.tracker_id, n.ended_on + INTERVAL 1 DAY,
	n.until_on, n.monthly_micros
FROM (
	SELECT a.company_id, a.tracker_id, a.from_on, a.until_on,
		a.monthly_micros, b.from_on AS began_on, b.until_on AS ended_on,
		ROW_NUMBER() OVER (
			PARTITION BY b.company_id, b.tracker_id, b.from_on
			ORDER BY a.from_on DESC) AS place
	FROM tracker_cost b JOIN tracker_cost a ON a.company_id = b.company_id
		AND a.tracker_id = b.tracker_id
		AND DATEDIFF(a.from_on, b.until_on) <= 1
		AND (a.until_on IS NULL OR a.until_on > b.until_on)
	WHERE b.until_on < '9999-12-31'
) AS n
WHERE n.place = 1 AND n.from_on < n.began_on;
