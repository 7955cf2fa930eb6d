-- Of the reports, those of visits that were given no number: the tag had none to
-- look for there.
ALTER TABLE site_health ADD COLUMN unasked INT UNSIGNED NOT NULL DEFAULT 0;
