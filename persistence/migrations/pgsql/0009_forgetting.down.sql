-- Nothing is forgotten; what is forgotten already does not come back.
-- drops: housekeeping
-- drops: call_folded_attempt
-- drops: call_base.fold_horizon
-- drops: call_event.forget_time
-- drops: call.erase_time
DROP TABLE housekeeping;
DROP TABLE call_folded_attempt;
ALTER TABLE call_base DROP COLUMN fold_horizon;
ALTER TABLE call_event DROP COLUMN forget_time;
ALTER TABLE call DROP COLUMN erase_time;
