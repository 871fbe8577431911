-- An index for every way to list calls.
CREATE INDEX call_status_i ON call (status, id);
CREATE INDEX call_outcome_i ON call (outcome, id);
CREATE INDEX call_customer_number_i ON call (customer_number, id);
CREATE INDEX call_vapi_call_id_i ON call (vapi_call_id, id);
CREATE INDEX call_service_record_id_i ON call (service_record_id, id);
CREATE INDEX call_create_time_i ON call (create_time, id);
CREATE INDEX call_start_time_i ON call (start_time, id);
CREATE INDEX call_end_time_i ON call (end_time, id);
CREATE INDEX transcript_call_id_i ON transcript (call_id, id);
