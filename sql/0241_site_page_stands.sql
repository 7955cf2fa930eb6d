-- Which of the site's numbers stand in the page: E.164, with commas between, as
-- many as there is room for.
ALTER TABLE site_page ADD COLUMN stands VARCHAR(3400) NOT NULL DEFAULT '';
