-- The schema that AutoPulse had before calls came from VAPI.
CREATE TABLE "user" (
  id INTEGER NOT NULL PRIMARY KEY,
  name VARCHAR(100)
);
CREATE TABLE service_record (
  id INTEGER NOT NULL PRIMARY KEY,
  customer_name VARCHAR(100),
  customer_phone VARCHAR(20),
  vehicle_info VARCHAR(100),
  service_type VARCHAR(50),
  status VARCHAR(20) NOT NULL,
  appointment_date DATETIME,
  feedback TEXT,
  rating SMALLINT,
  service_advisor_id INTEGER REFERENCES "user" (id),
  is_demo BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE call (
  id INTEGER NOT NULL PRIMARY KEY,
  service_record_id INTEGER REFERENCES service_record (id),
  customer_number VARCHAR(20),
  direction VARCHAR(10),
  status VARCHAR(20) NOT NULL,
  start_time DATETIME,
  end_time DATETIME,
  duration_sec INTEGER,
  recording_url TEXT,
  is_demo BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE transcript (
  id INTEGER NOT NULL PRIMARY KEY,
  call_id INTEGER NOT NULL REFERENCES call (id),
  role VARCHAR(50) NOT NULL,
  content TEXT,
  timestamp DATETIME NOT NULL
);
