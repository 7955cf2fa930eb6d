-- Two of a person's telephones and browsers that somebody parted: no form joins
-- them again. A telephone is its number, a browser its id in hexadecimal digits;
-- each pair stands in both orders.
CREATE TABLE IF NOT EXISTS person_apart (
	company_id BINARY(16) NOT NULL,
	one VARCHAR(32) NOT NULL,
	other VARCHAR(32) NOT NULL,
	parted_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, one, other),
	KEY person_apart_other (company_id, other)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
