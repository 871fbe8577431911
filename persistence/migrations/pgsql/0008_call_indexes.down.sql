-- No indexes but those of keys.
DROP INDEX transcript_call_id_i;
DROP INDEX call_end_time_i;
DROP INDEX call_start_time_i;
DROP INDEX call_create_time_i;
DROP INDEX call_service_record_id_i;
DROP INDEX call_vapi_call_id_i;
DROP INDEX call_customer_number_i;
DROP INDEX call_outcome_i;
DROP INDEX call_status_i;
