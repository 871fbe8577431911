-- D3: when in a call something was said.
ALTER TABLE transcript ADD COLUMN seconds_from_start FLOAT;
ALTER TABLE transcript ADD COLUMN duration INTEGER;
ALTER TABLE transcript ADD COLUMN end_time DATETIME;
