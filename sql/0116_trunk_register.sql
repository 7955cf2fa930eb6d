-- Trunks that want to be told where we are: for how many seconds at a time; 0:
-- the carrier knows our address.
ALTER TABLE trunk ADD COLUMN IF NOT EXISTS
    register_s INT UNSIGNED NOT NULL DEFAULT 0;
