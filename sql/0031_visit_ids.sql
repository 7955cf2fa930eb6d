-- was 3a60a4a51497612d70370933f0801dfbf2933b231f54d1060fd4779f433116f9
-- What ad platforms and analytics call this visit, for conversions sent later.
ALTER TABLE visit ADD COLUMN
    ga_session_id VARCHAR(32) NOT NULL DEFAULT '';

ALTER TABLE visit ADD COLUMN
    fbc VARCHAR(600) NOT NULL DEFAULT '';      -- _fbc, case kept

ALTER TABLE visit ADD COLUMN
    fbp VARCHAR(64) NOT NULL DEFAULT '';       -- _fbp

-- An event of the page's own: its name and what it says.
ALTER TABLE visit_event ADD COLUMN
    name VARCHAR(64) NOT NULL DEFAULT '';

ALTER TABLE visit_event ADD COLUMN
    detail VARCHAR(255) NOT NULL DEFAULT '';
