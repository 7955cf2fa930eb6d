-- was 9cbfb855e0788b54bee60180156a376418d5beafa7326753ba00dcdd7711ebe4
-- What a carrier's trunk may carry, in and out together; 0: no limit.
ALTER TABLE trunk ADD COLUMN
    max_calls INT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE trunk ADD COLUMN
    calls_per_s INT UNSIGNED NOT NULL DEFAULT 0;
