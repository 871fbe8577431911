-- What hangs on a call goes with it, and a service record that a call has stays, whoever deletes.
-- SQLite minds foreign keys for those only who ask for it, and gives the id of a deleted row again:
-- what was left behind would be the next call's.
UPDATE call SET service_record_id = NULL
  WHERE service_record_id NOT IN (SELECT id FROM service_record);
DELETE FROM transcript WHERE call_id NOT IN (SELECT id FROM call);
DELETE FROM call_event WHERE call_id NOT IN (SELECT id FROM call);
DELETE FROM call_event_transcript WHERE call_event_id NOT IN (SELECT id FROM call_event);
DELETE FROM call_base WHERE call_id NOT IN (SELECT id FROM call);
DELETE FROM call_folded_attempt WHERE call_id NOT IN (SELECT id FROM call);
CREATE TRIGGER call_delete_t AFTER DELETE ON call BEGIN
  DELETE FROM transcript WHERE call_id = OLD.id;
  DELETE FROM call_event WHERE call_id = OLD.id;
  DELETE FROM call_base WHERE call_id = OLD.id;
  DELETE FROM call_folded_attempt WHERE call_id = OLD.id;
END;
CREATE TRIGGER call_event_delete_t AFTER DELETE ON call_event BEGIN
  DELETE FROM call_event_transcript WHERE call_event_id = OLD.id;
END;
CREATE TRIGGER service_record_delete_t BEFORE DELETE ON service_record BEGIN
  SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed')
    WHERE EXISTS (SELECT 1 FROM call WHERE service_record_id = OLD.id);
END;
