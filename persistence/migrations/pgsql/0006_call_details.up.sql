-- What events say of a call beyond D1; whole ended reasons (V7); a call takes its transcript along.
ALTER TABLE service_record
  ADD COLUMN create_time TIMESTAMPTZ,
  ADD COLUMN update_time TIMESTAMPTZ;
ALTER TABLE call
  ALTER COLUMN ended_reason TYPE TEXT,
  ADD COLUMN outcome VARCHAR(10),
  ADD COLUMN analysis_summary TEXT,
  ADD COLUMN analysis_success_evaluation TEXT,
  ADD COLUMN analysis_structured_data TEXT,
  ADD COLUMN recording_expire_time TIMESTAMPTZ,
  ADD COLUMN create_time TIMESTAMPTZ,
  ADD COLUMN update_time TIMESTAMPTZ;
DO $$
DECLARE
  foreign_key NAME;
BEGIN
  FOR foreign_key IN
    SELECT conname FROM pg_constraint
     WHERE conrelid = 'transcript'::REGCLASS AND confrelid = 'call'::REGCLASS AND contype = 'f'
  LOOP
    EXECUTE format('ALTER TABLE transcript DROP CONSTRAINT %I', foreign_key);
  END LOOP;
END
$$;
ALTER TABLE transcript ADD FOREIGN KEY (call_id) REFERENCES call (id) ON DELETE CASCADE;
