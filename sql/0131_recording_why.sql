-- Why a recording cannot be played (lib/db/db_recording.h); empty: it can, or
-- nobody knows.
ALTER TABLE recording ADD COLUMN IF NOT EXISTS
    why VARCHAR(12) NOT NULL DEFAULT '' AFTER state;
