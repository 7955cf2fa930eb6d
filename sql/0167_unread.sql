-- What no program reads. Spend lies in ad_spend and tracker_cost (0052); who
-- owns a pool is said by its epoch; of a caller only the first call is asked
-- for, and their calls stand in phone_call.
DROP TABLE IF EXISTS spend;
ALTER TABLE pool_owner DROP COLUMN taken_at;
ALTER TABLE caller DROP COLUMN first_at;
ALTER TABLE caller DROP COLUMN last_call_id;
ALTER TABLE caller DROP COLUMN last_at;
ALTER TABLE caller DROP COLUMN calls;
ALTER TABLE caller DROP COLUMN last_visit_id;
