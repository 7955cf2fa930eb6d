-- What a carrier's trunk may carry, in and out together; 0: no limit.
ALTER TABLE trunk ADD COLUMN IF NOT EXISTS
    max_calls INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE trunk ADD COLUMN IF NOT EXISTS
    calls_per_s INT UNSIGNED NOT NULL DEFAULT 0;
