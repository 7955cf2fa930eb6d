-- The first page of a visit is in the visit itself, which has its address and
-- its time already, and not in page_view once more.
ALTER TABLE visit ADD COLUMN
    landing_title VARCHAR(255) NOT NULL DEFAULT '';
