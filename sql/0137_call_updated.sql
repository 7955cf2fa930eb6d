-- When a call last changed, by the database's own clock: what programs read
-- again from. Set with every change of the row; what hangs on a call (its
-- outcome, note, tags, verdict, recording) says so itself (db_call_touch).
ALTER TABLE phone_call ADD COLUMN IF NOT EXISTS
	updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE phone_call ADD KEY IF NOT EXISTS
	phone_call_updated (company_id, updated_at, id);
