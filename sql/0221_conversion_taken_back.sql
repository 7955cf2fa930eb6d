-- A conversion that was taken back later: its file leaves it out without looking
-- for the retraction of each row.
ALTER TABLE conversion ADD COLUMN taken_back TINYINT UNSIGNED NOT NULL DEFAULT 0;

UPDATE conversion c JOIN conversion d ON d.company_id = c.company_id
	AND d.rule_id = c.rule_id AND d.call_id = c.call_id AND d.seq > c.seq
SET c.taken_back = 1 WHERE c.kind = 'new' AND d.kind = 'retract';
