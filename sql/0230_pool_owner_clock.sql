-- Who has a pool, and since when another waits for it, by the database's clock:
-- those of two lease servers may differ. asked_at: another server waits since
-- then for a sign of life; rival_at: one did last. said_at: the owner's own
-- clock, up to which its heartbeats are stored. Who takes the pool from another
-- holds what was lent at lived_at (that said_at) from taken_at on. version: of
-- the configuration that the owner gives numbers out by.
ALTER TABLE pool_owner ADD COLUMN said_at DATETIME(6) NULL;
ALTER TABLE pool_owner ADD COLUMN asked_at DATETIME(6) NULL;
ALTER TABLE pool_owner ADD COLUMN rival_at DATETIME(6) NULL;
ALTER TABLE pool_owner ADD COLUMN lived_at DATETIME(6) NULL;
ALTER TABLE pool_owner ADD COLUMN taken_at DATETIME(6) NULL;
ALTER TABLE pool_owner ADD COLUMN version BIGINT UNSIGNED NOT NULL DEFAULT 0;
