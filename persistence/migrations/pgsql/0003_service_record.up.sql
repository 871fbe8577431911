-- D2: service records lose feedback, rating, advisor and demonstrations.
-- drops: service_record.feedback
-- drops: service_record.rating
-- drops: service_record.service_advisor_id
-- drops: service_record.is_demo
ALTER TABLE service_record
  DROP COLUMN feedback,
  DROP COLUMN rating,
  DROP COLUMN service_advisor_id,
  DROP COLUMN is_demo;
