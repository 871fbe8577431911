-- D2, undone [D4]: the columns, without what was in them.
ALTER TABLE service_record
  ADD COLUMN is_demo BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN service_advisor_id INTEGER,
  ADD COLUMN rating SMALLINT,
  ADD COLUMN feedback TEXT;
ALTER TABLE service_record ADD FOREIGN KEY (service_advisor_id) REFERENCES "user" (id);
