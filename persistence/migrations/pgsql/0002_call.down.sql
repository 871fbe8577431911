-- D1, undone [D4].
-- drops: call.vapi_call_id
-- drops: call.ended_reason
-- drops: call.cost
-- drops: call.duration_ms
ALTER TABLE call
  ADD COLUMN is_demo BOOLEAN NOT NULL DEFAULT false,
  DROP COLUMN duration_ms,
  DROP COLUMN cost,
  DROP COLUMN ended_reason,
  DROP COLUMN vapi_call_id;
