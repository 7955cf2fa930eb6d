-- Up to which day a rule's person was told of the past days, weeks or months,
-- and since when the rule is of its kind (NULL: from its beginning). What was
-- due when the last look at the rules was taken counts as told.
ALTER TABLE mail_rule ADD COLUMN kind_at DATETIME(6) NULL;
ALTER TABLE mail_rule ADD COLUMN told_on DATE NULL;
UPDATE mail_rule SET told_on = (SELECT DATE(MAX(j.created_at)) - INTERVAL 1 DAY
	FROM job j WHERE j.kind = 'summary')
WHERE told_on IS NULL;
