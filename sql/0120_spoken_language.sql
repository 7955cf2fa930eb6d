-- was c99078638d5d1ef4306873ac1c45a31cad684b62dba054fe4f9dc85098ecfca0
-- Parts of whispers are spoken in the language of the step that says them.
ALTER TABLE spoken ADD COLUMN
	language VARCHAR(16) NOT NULL DEFAULT 'en-US' AFTER spoken_text;
