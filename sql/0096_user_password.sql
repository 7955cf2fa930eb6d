-- Whether somebody has a password, for programs that may not read its hash.
ALTER TABLE user ADD COLUMN IF NOT EXISTS
	has_password TINYINT UNSIGNED AS (password_hash <> '') VIRTUAL;
