-- Nothing is forgotten; what is forgotten already does not come back.
-- drops: housekeeping
-- drops: call_folded_attempt
-- drops: call_base.fold_horizon
-- drops: call_event.forget_time
-- drops: call.erase_time
-- An event that is emptied says nothing, so it must not be taken for one that says "Ready": it
-- becomes a notice, which takes part in no fold.
UPDATE call_event SET kind = 'notice' WHERE forget_time IS NOT NULL;
-- What it did is kept where a fold begins: a folded call goes on from its newest attempt, an erased
-- one from its row.
UPDATE call_base SET (
  status, start_time, end_time, duration_sec, recording_url, vapi_call_id, ended_reason, cost,
  duration_ms, outcome, analysis_summary, analysis_success_evaluation, analysis_structured_data,
  recording_expire_time, ended_reason_group, hung_up
) = (
  SELECT
    status, start_time, end_time, duration_sec, recording_url, vapi_call_id, ended_reason, cost,
    duration_ms, outcome, analysis_summary, analysis_success_evaluation, analysis_structured_data,
    recording_expire_time, ended_reason_group, hung_up
  FROM call_folded_attempt
  WHERE call_folded_attempt.call_id = call_base.call_id
  ORDER BY id DESC LIMIT 1
)
WHERE call_id IN (SELECT call_id FROM call_folded_attempt);
INSERT INTO call_base (
  call_id, status, start_time, end_time, duration_sec, vapi_call_id, cost, duration_ms, outcome,
  hung_up
)
SELECT
  id, status, start_time, end_time, duration_sec, vapi_call_id, cost, duration_ms, outcome, FALSE
FROM call
WHERE erase_time IS NOT NULL
  AND EXISTS (SELECT 1 FROM call_event WHERE call_event.call_id = call.id)
  AND NOT EXISTS (SELECT 1 FROM call_base WHERE call_base.call_id = call.id);
DROP TABLE housekeeping;
DROP TABLE call_folded_attempt;
ALTER TABLE call_base DROP COLUMN fold_horizon;
ALTER TABLE call_event DROP COLUMN forget_time;
ALTER TABLE call DROP COLUMN erase_time;
