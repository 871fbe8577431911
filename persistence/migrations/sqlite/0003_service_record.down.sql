-- D2, undone [D4]: the columns, without what was in them.
ALTER TABLE service_record ADD COLUMN is_demo BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE service_record ADD COLUMN service_advisor_id INTEGER REFERENCES "user" (id);
ALTER TABLE service_record ADD COLUMN rating SMALLINT;
ALTER TABLE service_record ADD COLUMN feedback TEXT;
