-- D1: what VAPI says of a call; calls for demonstrations are no more.
-- drops: call.is_demo
ALTER TABLE call
  ADD COLUMN vapi_call_id VARCHAR(100),
  ADD COLUMN ended_reason VARCHAR(50),
  ADD COLUMN cost NUMERIC(10, 4),
  ADD COLUMN duration_ms INTEGER,
  DROP COLUMN is_demo;
