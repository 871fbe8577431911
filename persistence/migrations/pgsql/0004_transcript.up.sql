-- D3: when in a call something was said.
ALTER TABLE transcript
  ADD COLUMN seconds_from_start DOUBLE PRECISION,
  ADD COLUMN duration INTEGER,
  ADD COLUMN end_time TIMESTAMPTZ;
