-- was 0457b115015cc7c1959fd459245626348fc04f0d04b65fcd314b0d7fcec6fc19
-- In which language the recording notice was heard: with its key, its version
-- and the time of its end, the proof of a disclosure.
ALTER TABLE phone_call ADD COLUMN
    notice_language VARCHAR(16) NOT NULL DEFAULT '' AFTER notice_version;
