-- A period's calls credited again by other rules: first only looked at, then
-- by choice written down. The counts move with the cursor in one transaction,
-- so a run that was cut off goes on where it was and counts nothing twice.
CREATE TABLE IF NOT EXISTS attrib_run (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	state VARCHAR(8) NOT NULL,                 -- waiting running done stopped failed
	applies TINYINT UNSIGNED NOT NULL,         -- 0: a preview
	from_at DATETIME(6) NOT NULL,
	to_at DATETIME(6) NOT NULL,                -- not included
	rule_version INT UNSIGNED NOT NULL,
	law_version INT UNSIGNED NOT NULL,         -- attrib_law, 0: the prior
	threshold_bp SMALLINT UNSIGNED NOT NULL,
	user_id BINARY(16) NULL,
	made_at DATETIME(6) NOT NULL,
	ended_at DATETIME(6) NULL,
	calls INT UNSIGNED NOT NULL DEFAULT 0,     -- to be looked at
	looked INT UNSIGNED NOT NULL DEFAULT 0,
	changed INT UNSIGNED NOT NULL DEFAULT 0,   -- in anything
	moved INT UNSIGNED NOT NULL DEFAULT 0,     -- in what they are credited to
	visit_moved INT UNSIGNED NOT NULL DEFAULT 0,
	source_moved INT UNSIGNED NOT NULL DEFAULT 0,
	after_at DATETIME(6) NULL,                 -- the last call looked at
	after_id BINARY(16) NULL,
	PRIMARY KEY (company_id, id),
	KEY attrib_run_made (made_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a run counted: calls by source (a, b: source and medium), by what they
-- were and are credited to (a, b), by the law that judged them (a), and those
-- whose visits are kept no more.
CREATE TABLE IF NOT EXISTS attrib_run_count (
	company_id BINARY(16) NOT NULL,
	run_id BINARY(16) NOT NULL,
	kind VARCHAR(8) NOT NULL,                  -- source move law gone others
	a VARCHAR(100) NOT NULL,
	b VARCHAR(100) NOT NULL,
	before_n INT UNSIGNED NOT NULL,
	now_n INT UNSIGNED NOT NULL,
	PRIMARY KEY (company_id, run_id, kind, a, b)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Calls that a run changes, the first of each sort; the others are counted.
CREATE TABLE IF NOT EXISTS attrib_run_call (
	company_id BINARY(16) NOT NULL,
	run_id BINARY(16) NOT NULL,
	moved TINYINT UNSIGNED NOT NULL,           -- 0: the probability alone
	call_id BINARY(16) NOT NULL,
	started_at DATETIME(6) NOT NULL,
	was VARCHAR(8) NOT NULL,                   -- visit source nothing
	was_bp SMALLINT UNSIGNED NOT NULL,
	was_source VARCHAR(100) NOT NULL,
	was_medium VARCHAR(100) NOT NULL,
	was_campaign VARCHAR(255) NOT NULL,
	is_now VARCHAR(8) NOT NULL,
	now_bp SMALLINT UNSIGNED NOT NULL,
	now_source VARCHAR(100) NOT NULL,
	now_medium VARCHAR(100) NOT NULL,
	now_campaign VARCHAR(255) NOT NULL,
	PRIMARY KEY (company_id, run_id, moved, call_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
