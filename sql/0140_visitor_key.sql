-- What visitors' ids are made with, so that no others are stored. One row; the
-- first lease server makes it.
CREATE TABLE IF NOT EXISTS visitor_key (
	id TINYINT UNSIGNED NOT NULL,
	secret BINARY(16) NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
