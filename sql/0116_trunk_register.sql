-- was 5d25060933cdab72efd45da5c72e3cfec7725253778c10375250afebde7e918e
-- Trunks that want to be told where we are: for how many seconds at a time; 0:
-- the carrier knows our address.
ALTER TABLE trunk ADD COLUMN
    register_s INT UNSIGNED NOT NULL DEFAULT 0;
