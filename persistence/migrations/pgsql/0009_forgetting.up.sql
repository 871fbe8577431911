-- What is left of events that are folded away (F1) and of calls that are erased (X1).
ALTER TABLE call ADD COLUMN erase_time TIMESTAMPTZ;
ALTER TABLE call_event ADD COLUMN forget_time TIMESTAMPTZ;
ALTER TABLE call_base ADD COLUMN fold_horizon TIMESTAMPTZ;
CREATE TABLE call_folded_attempt (
  id BIGSERIAL NOT NULL PRIMARY KEY,
  call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
  provider_call_id VARCHAR(100),
  begin_time TIMESTAMPTZ NOT NULL,
  mirrored BOOLEAN NOT NULL,
  transcript_event_id VARCHAR(64),
  status VARCHAR(20) NOT NULL,
  start_time TIMESTAMPTZ,
  end_time TIMESTAMPTZ,
  duration_sec INTEGER,
  recording_url TEXT,
  vapi_call_id VARCHAR(100),
  ended_reason TEXT,
  cost NUMERIC(10, 4),
  duration_ms INTEGER,
  outcome VARCHAR(10),
  analysis_summary TEXT,
  analysis_success_evaluation TEXT,
  analysis_structured_data TEXT,
  recording_expire_time TIMESTAMPTZ,
  ended_reason_group VARCHAR(40),
  hung_up BOOLEAN NOT NULL
);
CREATE INDEX call_folded_attempt_call_id_i ON call_folded_attempt (call_id, id);
CREATE TABLE housekeeping (
  task VARCHAR(40) NOT NULL PRIMARY KEY,
  sequence BIGINT NOT NULL
);
