-- What makes this visit look like something it is not, as the tag and the lease
-- server saw it: bits of lib/core/taghealth.
ALTER TABLE visit ADD COLUMN causes SMALLINT UNSIGNED NOT NULL DEFAULT 0;

-- Nobody ever wrote it: how long somebody was here is said of visits.
ALTER TABLE page_view DROP COLUMN engaged_s;
