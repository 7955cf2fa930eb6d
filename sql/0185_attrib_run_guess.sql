-- What a preview says of each call it would change, so that the caller's next
-- call is judged as it would be when all of it is written down. Gone with the
-- preview's end.
CREATE TABLE IF NOT EXISTS attrib_run_guess (
	company_id BINARY(16) NOT NULL,
	run_id BINARY(16) NOT NULL,
	call_id BINARY(16) NOT NULL,
	visit_id BINARY(16) NULL,                  -- NULL: to no visit
	probability_bp SMALLINT UNSIGNED NOT NULL,
	PRIMARY KEY (company_id, run_id, call_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
