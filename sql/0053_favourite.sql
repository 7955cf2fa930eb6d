-- Companies that a person wants at the top of lists.
CREATE TABLE IF NOT EXISTS favourite (
	user_id BINARY(16) NOT NULL,
	company_id BINARY(16) NOT NULL,
	PRIMARY KEY (user_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
