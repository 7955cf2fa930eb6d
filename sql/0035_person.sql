-- Who a visitor and a caller are, once both are known to be one: by a form with
-- a telephone number, or by a person's word. The browsers and telephones of a
-- person point at it; two persons that turn out to be one are merged.
CREATE TABLE IF NOT EXISTS person (
	company_id BINARY(16) NOT NULL,
	id BINARY(16) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS person_visitor (
	company_id BINARY(16) NOT NULL,
	visitor_id BINARY(16) NOT NULL,
	person_id BINARY(16) NOT NULL,
	linked_by VARCHAR(8) NOT NULL,             -- form call hand
	linked_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, visitor_id),
	KEY person_visitor_person (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS person_caller (
	company_id BINARY(16) NOT NULL,
	e164 VARCHAR(16) NOT NULL,
	person_id BINARY(16) NOT NULL,
	linked_by VARCHAR(8) NOT NULL,
	linked_at DATETIME(6) NOT NULL,
	PRIMARY KEY (company_id, e164),
	KEY person_caller_person (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
