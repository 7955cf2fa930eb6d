-- was 5e946c29b00fd1441aad5f5302eef8eef8771fb2a81dac609de2053f56474ea0
-- Leases of a pool by when they began. The key by expires_at moved with every
-- heartbeat, and nothing read it.
ALTER TABLE lease ADD KEY
    lease_pool_started (company_id, pool_id, started_at);

DROP INDEX lease_pool ON lease;
