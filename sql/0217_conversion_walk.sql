-- How far jobd compared the calls with a rule, by the time of their last change
-- (phone_call.updated_at), and when it last began with the first of them all.
-- NULL: it begins with the first.
ALTER TABLE conversion_rule ADD COLUMN walk_at DATETIME(6) NULL;
ALTER TABLE conversion_rule ADD COLUMN walk_call BINARY(16) NULL;
ALTER TABLE conversion_rule ADD COLUMN walk_whole_at DATETIME(6) NULL;
