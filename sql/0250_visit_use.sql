-- When somebody's hand was first on a page of the visit, and whether its tag
-- would have said so: none of a tag that tells of use is none.
ALTER TABLE visit ADD COLUMN used_at DATETIME(6) NULL;
ALTER TABLE visit ADD COLUMN tells_use TINYINT(1) NOT NULL DEFAULT 0;
