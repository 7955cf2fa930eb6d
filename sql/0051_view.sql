-- Filters of a page that somebody gave a name.
CREATE TABLE IF NOT EXISTS saved_view (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	page VARCHAR(16) NOT NULL,                 -- calls reports
	name VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	query VARCHAR(4096) NOT NULL,              -- range=30d&source=google
	user_id BINARY(16) NOT NULL,               -- who made it; all see it
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, id),
	UNIQUE KEY saved_view_name (company_id, page, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
