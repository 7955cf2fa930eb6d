-- "visit V was shown number N, a pool's overflow, from shown_at until seen_at".
-- Many have it at once, unlike a lease. In the order in which calls to the
-- number ask for them.
CREATE TABLE IF NOT EXISTS overflow_shown (
	company_id BINARY(16) NOT NULL,
	number_id BINARY(16) NOT NULL,
	shown_at DATETIME(6) NOT NULL,
	visit_id BINARY(16) NOT NULL,
	seen_at DATETIME(6) NOT NULL,              -- last sign of life with it
	touched_at DATETIME(6) NULL,               -- last click on the phone link
	PRIMARY KEY (company_id, number_id, shown_at, visit_id),
	KEY overflow_shown_visit (company_id, visit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
