-- was e66487ce2a21db9e1514e3461e5af089ab352aaee06deeb071371ab135530bde
-- Whether somebody has a password, for programs that may not read its hash.
ALTER TABLE user ADD COLUMN
	has_password TINYINT UNSIGNED AS (password_hash <> '') VIRTUAL;
