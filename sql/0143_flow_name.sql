-- was 0a08111c686bd84c399b990773031eda61a372442a09f4df3321a593166ad762
-- Two flows of one company that are called alike could not be told apart where
-- a number, a file or a command names one. Of those that are, the oldest keeps
-- its name.
ALTER TABLE flow ADD COLUMN
	active_name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NULL;
UPDATE flow f JOIN flow o ON o.company_id = f.company_id AND o.name = f.name
	AND o.archived_at IS NULL AND (o.created_at, o.id) < (f.created_at, f.id)
	SET f.name = CONCAT(LEFT(f.name, 80), ' (', LOWER(RIGHT(HEX(f.id), 12)), ')')
	WHERE f.archived_at IS NULL;
UPDATE flow SET active_name = name WHERE archived_at IS NULL;
CREATE UNIQUE INDEX flow_active ON flow (company_id, active_name);
