-- Visits of erased persons that may have gone on just then: lease servers let
-- go of them, so that what their pages say from then on is of a new visit, and
-- jobd removes what was under way meanwhile (lib/db/db_visit_erased.h).
CREATE TABLE IF NOT EXISTS visit_erased (
	company_id BINARY(16) NOT NULL,
	visit_id BINARY(16) NOT NULL,
	erased_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, visit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
