-- D1, undone [D4].
-- drops: call.vapi_call_id
-- drops: call.ended_reason
-- drops: call.cost
-- drops: call.duration_ms
ALTER TABLE call ADD COLUMN is_demo BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE call DROP COLUMN duration_ms;
ALTER TABLE call DROP COLUMN cost;
ALTER TABLE call DROP COLUMN ended_reason;
ALTER TABLE call DROP COLUMN vapi_call_id;
