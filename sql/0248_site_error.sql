-- The last answer of the day to a site's tag that was no number: what was said.
ALTER TABLE site_health ADD COLUMN error VARCHAR(160) NOT NULL DEFAULT '';
ALTER TABLE site_health ADD COLUMN error_at DATETIME(6) NULL;
