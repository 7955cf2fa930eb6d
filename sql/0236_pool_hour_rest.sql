-- How long a number of the pool rested after a visit when the hour was made:
-- peak counts those that rest, so hours of another rest are made again.
ALTER TABLE pool_hour ADD COLUMN
    rest_s INT UNSIGNED NOT NULL DEFAULT 0;
