-- Deletions mind foreign keys only where the connection asks for it. What is gone stays so.
-- A trigger is lost with its table, where another program has built that anew.
DROP TRIGGER IF EXISTS service_record_delete_t;
DROP TRIGGER IF EXISTS call_event_delete_t;
DROP TRIGGER IF EXISTS call_delete_t;
