-- Lease servers look every two seconds for visits erased since they last did.
ALTER TABLE visit_erased ADD KEY visit_erased_at (erased_at);
