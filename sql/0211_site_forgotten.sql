-- Pages that were reached from the site itself by a browser that had kept no
-- visitor: its cookie is not taken.
ALTER TABLE site_health ADD COLUMN forgotten INT UNSIGNED NOT NULL DEFAULT 0;
