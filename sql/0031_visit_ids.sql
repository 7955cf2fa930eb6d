-- What ad platforms and analytics call this visit, for conversions sent later.
ALTER TABLE visit ADD COLUMN IF NOT EXISTS
    ga_session_id VARCHAR(32) NOT NULL DEFAULT '';

ALTER TABLE visit ADD COLUMN IF NOT EXISTS
    fbc VARCHAR(600) NOT NULL DEFAULT '';      -- _fbc, case kept

ALTER TABLE visit ADD COLUMN IF NOT EXISTS
    fbp VARCHAR(64) NOT NULL DEFAULT '';       -- _fbp

-- An event of the page's own: its name and what it says.
ALTER TABLE visit_event ADD COLUMN IF NOT EXISTS
    name VARCHAR(64) NOT NULL DEFAULT '';

ALTER TABLE visit_event ADD COLUMN IF NOT EXISTS
    detail VARCHAR(255) NOT NULL DEFAULT '';
