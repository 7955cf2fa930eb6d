-- was b3e818475c1612a5b9de0d609fe42adc97d7c4e71e5dadc65ed3edec01bd29d2
-- What visitors see when a pool is empty: source (the site's source-level
-- number, else the pool's overflow number), overflow (the other way round),
-- own (the site's own number stays).
ALTER TABLE pool ADD COLUMN
    overflow_policy VARCHAR(8) NOT NULL DEFAULT 'source';

-- pool_count has three more kinds: hidden, flood, and full: the pool was empty,
-- beside source, overflow or none, which say what was shown then.

-- Who may ask for a number from a server: SHA-256 of the site's secret.
ALTER TABLE site ADD COLUMN
    server_token_hash BINARY(32) NULL;

-- Parameters of a site's own links, and the field of a visit each stands for.
CREATE TABLE IF NOT EXISTS site_param (
	company_id BINARY(16) NOT NULL,
	site_id BINARY(16) NOT NULL,
	param VARCHAR(64) NOT NULL,
	field VARCHAR(32) NOT NULL,                -- utm_term, campaign_id, …
	PRIMARY KEY (company_id, site_id, param),
	CONSTRAINT site_param_site_fk FOREIGN KEY (company_id, site_id)
	    REFERENCES site (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
