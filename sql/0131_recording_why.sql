-- was 0e0708e9b818a1b48da4fd8108a8ef3d765a8aa9ece34a048f9993fe28410539
-- Why a recording cannot be played (lib/db/db_recording.h); empty: it can, or
-- nobody knows.
ALTER TABLE recording ADD COLUMN
    why VARCHAR(12) NOT NULL DEFAULT '' AFTER state;
