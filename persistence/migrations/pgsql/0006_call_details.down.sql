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
ALTER TABLE transcript
  DROP CONSTRAINT transcript_call_id_fkey,
  ADD FOREIGN KEY (call_id) REFERENCES call (id);
ALTER TABLE call
  DROP COLUMN update_time,
  DROP COLUMN create_time,
  DROP COLUMN recording_expire_time,
  DROP COLUMN analysis_structured_data,
  DROP COLUMN analysis_success_evaluation,
  DROP COLUMN analysis_summary,
  DROP COLUMN outcome,
  ALTER COLUMN ended_reason TYPE VARCHAR(50) USING substr(ended_reason, 1, 50);
ALTER TABLE service_record
  DROP COLUMN update_time,
  DROP COLUMN create_time;
