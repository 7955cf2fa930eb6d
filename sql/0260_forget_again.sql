-- Companies whose calls and forms are looked through once more, each up to the
-- one that was looked at last: of those whose caller was forgotten, or whose
-- person was erased, by a version before this one, what was told of them and
-- written about them goes, too (lib/db/db_forget_again.h). A company that has
-- been looked through has no row here; one that came later has none either.
CREATE TABLE IF NOT EXISTS forget_again (
	company_id BINARY(16) NOT NULL,
	done_id BINARY(16) NOT NULL,
	PRIMARY KEY (company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT IGNORE INTO forget_again (company_id, done_id)
	SELECT id, UNHEX(REPEAT('00', 16)) FROM company;
