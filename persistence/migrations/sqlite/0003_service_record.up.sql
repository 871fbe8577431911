-- D2: service records lose feedback, rating, advisor and demonstrations.
-- drops: service_record.feedback
-- drops: service_record.rating
-- drops: service_record.service_advisor_id
-- drops: service_record.is_demo
-- SQLite drops no column that a foreign key of the table names, so the table is built anew.
CREATE TEMP TABLE guard (
  unknown INTEGER CONSTRAINT
    "service_record has a column, index or trigger of another program, which would be lost"
    CHECK (unknown = 0)
);
INSERT INTO guard SELECT count(*) FROM pragma_table_info('service_record') WHERE name NOT IN (
  'id', 'customer_name', 'customer_phone', 'vehicle_info', 'service_type', 'status',
  'appointment_date', 'feedback', 'rating', 'service_advisor_id', 'is_demo');
INSERT INTO guard SELECT count(*) FROM sqlite_schema
  WHERE tbl_name = 'service_record' AND type IN ('index', 'trigger');
DROP TABLE guard;
CREATE TABLE service_record_new (
  id INTEGER NOT NULL PRIMARY KEY,
  customer_name VARCHAR(100),
  customer_phone VARCHAR(20),
  vehicle_info VARCHAR(100),
  service_type VARCHAR(50),
  status VARCHAR(20) NOT NULL,
  appointment_date DATETIME
);
INSERT INTO service_record_new
  SELECT id, customer_name, customer_phone, vehicle_info, service_type, status, appointment_date
  FROM service_record;
DROP TABLE service_record;
ALTER TABLE service_record_new RENAME TO service_record;
