-- Calls as D1 left them.
-- drops: service_record.update_time
-- drops: service_record.create_time
-- cuts: call.ended_reason 50
-- drops: call.update_time
-- drops: call.create_time
-- drops: call.recording_expire_time
-- drops: call.analysis_structured_data
-- drops: call.analysis_success_evaluation
-- drops: call.analysis_summary
-- drops: call.outcome
CREATE TEMP TABLE guard (
  unknown INTEGER CONSTRAINT
    "transcript has a column, index or trigger of another program, which would be lost"
    CHECK (unknown = 0)
);
INSERT INTO guard SELECT count(*) FROM pragma_table_info('transcript') WHERE name NOT IN (
  'id', 'call_id', 'role', 'content', 'timestamp', 'seconds_from_start', 'duration', 'end_time');
INSERT INTO guard SELECT count(*) FROM sqlite_schema
  WHERE tbl_name = 'transcript' AND type IN ('index', 'trigger');
DROP TABLE guard;
CREATE TABLE transcript_new (
  id INTEGER NOT NULL PRIMARY KEY,
  call_id INTEGER NOT NULL REFERENCES call (id),
  role VARCHAR(50) NOT NULL,
  content TEXT,
  timestamp DATETIME NOT NULL,
  seconds_from_start FLOAT,
  duration INTEGER,
  end_time DATETIME
);
INSERT INTO transcript_new
  SELECT id, call_id, role, content, timestamp, seconds_from_start, duration, end_time
  FROM transcript;
DROP TABLE transcript;
ALTER TABLE transcript_new RENAME TO transcript;
ALTER TABLE call DROP COLUMN update_time;
ALTER TABLE call DROP COLUMN create_time;
ALTER TABLE call DROP COLUMN recording_expire_time;
ALTER TABLE call DROP COLUMN analysis_structured_data;
ALTER TABLE call DROP COLUMN analysis_success_evaluation;
ALTER TABLE call DROP COLUMN analysis_summary;
ALTER TABLE call DROP COLUMN outcome;
ALTER TABLE call ADD COLUMN short_ended_reason VARCHAR(50);
UPDATE call SET short_ended_reason = substr(ended_reason, 1, 50);
ALTER TABLE call DROP COLUMN ended_reason;
ALTER TABLE call RENAME COLUMN short_ended_reason TO ended_reason;
ALTER TABLE service_record DROP COLUMN update_time;
ALTER TABLE service_record DROP COLUMN create_time;
