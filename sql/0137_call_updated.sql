-- was b7102c5e171f8c15b0439af43cb35cae5650fb938bc676bca829c4da4edcb8cb
-- When a call last changed, by the database's own clock: what programs read
-- again from. Set with every change of the row; what hangs on a call (its
-- outcome, note, tags, verdict, recording) says so itself (db_call_touch).
ALTER TABLE phone_call ADD COLUMN
	updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6);
ALTER TABLE phone_call ADD KEY
	phone_call_updated (company_id, updated_at, id);
