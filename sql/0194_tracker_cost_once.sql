-- A tracker costs one amount a day: an amount entered from a later day on took
-- no place of the one before, and both were summed. Each now ends the day
-- before the next begins.
UPDATE tracker_cost c JOIN (
	SELECT company_id, tracker_id, from_on, LEAD(from_on) OVER (
		PARTITION BY company_id, tracker_id ORDER BY from_on) AS next_on
	FROM tracker_cost
) AS n ON n.company_id = c.company_id AND n.tracker_id = c.tracker_id
	AND n.from_on = c.from_on
SET c.until_on = n.next_on - INTERVAL 1 DAY
WHERE n.next_on IS NOT NULL AND (c.until_on IS NULL OR c.until_on >= n.next_on);
