-- In which language the recording notice was heard: with its key, its version
-- and the time of its end, the proof of a disclosure.
ALTER TABLE phone_call ADD COLUMN IF NOT EXISTS
    notice_language VARCHAR(16) NOT NULL DEFAULT '' AFTER notice_version;
