-- The journal of events, and what repeated requests are recognised by.
CREATE TABLE call_event (
  id BIGSERIAL NOT NULL PRIMARY KEY,
  call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
  event_id VARCHAR(64) NOT NULL,
  event_time TIMESTAMPTZ NOT NULL,
  receive_time TIMESTAMPTZ NOT NULL,
  create_time TIMESTAMPTZ NOT NULL,
  outcome VARCHAR(10) NOT NULL,
  call_status VARCHAR(20) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  provider VARCHAR(20) NOT NULL,
  provider_call_id VARCHAR(100),
  provider_call_create_time TIMESTAMPTZ,
  status VARCHAR(20),
  provider_status VARCHAR(100),
  forwarding BOOLEAN,
  hangup_reason VARCHAR(20),
  provider_reason VARCHAR(100),
  ended_reason TEXT,
  ended_reason_group VARCHAR(40),
  start_time TIMESTAMPTZ,
  end_time TIMESTAMPTZ,
  duration_sec INTEGER,
  duration_ms INTEGER,
  cost NUMERIC(10, 4),
  recording_url TEXT,
  recording_expire_time TIMESTAMPTZ,
  analysis_summary TEXT,
  analysis_success_evaluation TEXT,
  analysis_structured_data TEXT,
  has_transcript BOOLEAN,
  notice_kind VARCHAR(100)
);
CREATE UNIQUE INDEX call_event_event_id_i ON call_event (call_id, event_id);
CREATE INDEX call_event_call_id_i ON call_event (call_id, id);
CREATE INDEX call_event_provider_call_id_i ON call_event (provider_call_id, call_id);
CREATE TABLE call_event_transcript (
  call_event_id BIGINT NOT NULL PRIMARY KEY REFERENCES call_event (id) ON DELETE CASCADE,
  entries TEXT NOT NULL
);
CREATE TABLE call_base (
  call_id BIGINT NOT NULL PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
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
CREATE TABLE creation_request (
  request_id VARCHAR(64) NOT NULL PRIMARY KEY,
  digest VARCHAR(64) NOT NULL,
  name VARCHAR(100) NOT NULL,
  create_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX creation_request_create_time_i ON creation_request (create_time);
