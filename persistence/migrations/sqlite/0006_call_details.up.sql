-- What events say of a call beyond D1; whole ended reasons (V7); a call takes its transcript along.
ALTER TABLE service_record ADD COLUMN create_time DATETIME;
ALTER TABLE service_record ADD COLUMN update_time DATETIME;
ALTER TABLE call ADD COLUMN whole_ended_reason TEXT;
UPDATE call SET whole_ended_reason = ended_reason;
ALTER TABLE call DROP COLUMN ended_reason;
ALTER TABLE call RENAME COLUMN whole_ended_reason TO ended_reason;
ALTER TABLE call ADD COLUMN outcome VARCHAR(10);
ALTER TABLE call ADD COLUMN analysis_summary TEXT;
ALTER TABLE call ADD COLUMN analysis_success_evaluation TEXT;
ALTER TABLE call ADD COLUMN analysis_structured_data TEXT;
ALTER TABLE call ADD COLUMN recording_expire_time DATETIME;
ALTER TABLE call ADD COLUMN create_time DATETIME;
ALTER TABLE call ADD COLUMN update_time DATETIME;
-- SQLite changes no foreign key, so the table is built anew. Ids of rows that are gone are never
-- given again.
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
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  call_id INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
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
