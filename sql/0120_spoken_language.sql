-- Parts of whispers are spoken in the language of the step that says them.
ALTER TABLE spoken ADD COLUMN IF NOT EXISTS
	language VARCHAR(16) NOT NULL DEFAULT 'en-US' AFTER spoken_text;
