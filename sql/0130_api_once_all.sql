-- was f0716f1eef5dbc15694fcb8737b88d87f5c124586ec6b4d07f552a3871b7eb41
-- The whole answer is kept, so that every kind of request can be answered again.
ALTER TABLE api_once ADD COLUMN
	status SMALLINT UNSIGNED NOT NULL DEFAULT 200;
ALTER TABLE api_once ADD COLUMN
	head VARCHAR(4096) NOT NULL DEFAULT '';
