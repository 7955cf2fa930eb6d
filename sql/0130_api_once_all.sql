-- The whole answer is kept, so that every kind of request can be answered again.
ALTER TABLE api_once ADD COLUMN IF NOT EXISTS
	status SMALLINT UNSIGNED NOT NULL DEFAULT 200;
ALTER TABLE api_once ADD COLUMN IF NOT EXISTS
	head VARCHAR(4096) NOT NULL DEFAULT '';
