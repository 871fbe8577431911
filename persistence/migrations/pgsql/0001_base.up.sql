-- The schema that AutoPulse had before calls came from VAPI.
CREATE TABLE "user" (
  id SERIAL NOT NULL PRIMARY KEY,
  name VARCHAR(100)
);
CREATE TABLE service_record (
  id SERIAL NOT NULL PRIMARY KEY,
  customer_name VARCHAR(100),
  customer_phone VARCHAR(20),
  vehicle_info VARCHAR(100),
  service_type VARCHAR(50),
  status VARCHAR(20) NOT NULL,
  appointment_date TIMESTAMPTZ,
  feedback TEXT,
  rating SMALLINT,
  service_advisor_id INTEGER REFERENCES "user" (id),
  is_demo BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE call (
  id SERIAL NOT NULL PRIMARY KEY,
  service_record_id INTEGER REFERENCES service_record (id),
  customer_number VARCHAR(20),
  direction VARCHAR(10),
  status VARCHAR(20) NOT NULL,
  start_time TIMESTAMPTZ,
  end_time TIMESTAMPTZ,
  duration_sec INTEGER,
  recording_url TEXT,
  is_demo BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE transcript (
  id SERIAL NOT NULL PRIMARY KEY,
  call_id INTEGER NOT NULL REFERENCES call (id),
  role VARCHAR(50) NOT NULL,
  content TEXT,
  "timestamp" TIMESTAMPTZ NOT NULL
);
