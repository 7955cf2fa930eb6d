-- Numbers that were taken out of a pool: visitors may still hold them, and did
-- before. jobd forgets them when nobody asks any more.
CREATE TABLE IF NOT EXISTS pool_number_left (
	company_id BINARY(16) NOT NULL,
	pool_id BINARY(16) NOT NULL,
	number_id BINARY(16) NOT NULL,
	left_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, pool_id, number_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
