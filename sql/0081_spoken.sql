-- Parts of whispers, spoken beforehand: "Call from", "google", "summer sale".
-- They belong to everybody; the key is made from the text (lib/core/flow_say).

CREATE TABLE IF NOT EXISTS spoken (
	say_key VARCHAR(24) NOT NULL,
	spoken_text VARCHAR(255) COLLATE utf8mb4_unicode_520_ci NOT NULL,
	state VARCHAR(8) NOT NULL,                 -- pending ready failed
	ulaw MEDIUMBLOB NULL,
	samples INT UNSIGNED NOT NULL DEFAULT 0,
	wanted_at DATETIME(6) NOT NULL,            -- last time a flow named it
	PRIMARY KEY (say_key),
	KEY spoken_state (state, wanted_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
