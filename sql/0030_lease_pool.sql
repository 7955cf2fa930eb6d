-- Leases of a pool by when they began. The key by expires_at moved with every
-- heartbeat, and nothing read it.
ALTER TABLE lease ADD KEY IF NOT EXISTS
    lease_pool_started (company_id, pool_id, started_at);

DROP INDEX IF EXISTS lease_pool ON lease;
