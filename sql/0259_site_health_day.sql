-- What is past its term is found by its day.
ALTER TABLE site_health ADD KEY site_health_day (day_at);
