-- What all workers share while calls run: places at destinations, and turns.

-- Counts of one destination (or of whatever else has limits). A row is locked
-- while a place is given, so that two workers never give the last one twice.
CREATE TABLE IF NOT EXISTS reserve_gate (
	company_id BINARY(16) NOT NULL,
	gate VARCHAR(96) NOT NULL,                 -- dst_01h4...
	-- when the counted hour, day, month began, in the company's zone
	hour_at DATETIME(6) NOT NULL,
	hour_calls BIGINT NOT NULL DEFAULT 0,
	day_at DATETIME(6) NOT NULL,
	day_calls BIGINT NOT NULL DEFAULT 0,
	month_at DATETIME(6) NOT NULL,
	month_calls BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (company_id, gate)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One call's place, from the question until the leg ends.
CREATE TABLE IF NOT EXISTS reservation (
	company_id BINARY(16) NOT NULL,
	gate VARCHAR(96) NOT NULL,
	call_id BINARY(16) NOT NULL,
	confirmed TINYINT UNSIGNED NOT NULL DEFAULT 0, -- bridged: the counts stay
	-- the windows that it was counted in
	hour_at DATETIME(6) NOT NULL,
	day_at DATETIME(6) NOT NULL,
	month_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,           -- nobody can be speaking any more
	PRIMARY KEY (company_id, gate, call_id),
	KEY reservation_call (company_id, call_id),
	KEY reservation_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Whose turn it is in a round robin, over all workers and restarts.
CREATE TABLE IF NOT EXISTS turn (
	company_id BINARY(16) NOT NULL,
	counter VARCHAR(96) NOT NULL,              -- flow and step
	next_turn BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (company_id, counter)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
