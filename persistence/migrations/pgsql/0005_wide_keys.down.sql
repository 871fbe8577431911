-- Keys of 32 bits again; an id that does not fit stops it.
DO $$
DECLARE
  keyed REGCLASS;
  reference RECORD;
  numbering TEXT;
  next_id BIGINT;
BEGIN
  FOR reference IN
    SELECT k.conrelid::REGCLASS AS referring, a.attname AS name
      FROM pg_constraint k
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
     WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND a.atttypid = 'BIGINT'::REGTYPE
       AND k.confrelid IN ('"user"'::REGCLASS, 'service_record'::REGCLASS, 'call'::REGCLASS,
                           'transcript'::REGCLASS)
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE INTEGER',
                   reference.referring, reference.name);
  END LOOP;
  FOREACH keyed IN ARRAY ARRAY['"user"', 'service_record', 'call', 'transcript']::REGCLASS[] LOOP
    numbering := pg_get_serial_sequence(keyed::TEXT, 'id');
    EXECUTE format('SELECT last_value + is_called::INTEGER FROM %s', numbering) INTO next_id;
    IF keyed = 'transcript'::REGCLASS THEN
      EXECUTE format('ALTER SEQUENCE %s AS INTEGER', numbering);
    ELSE
      EXECUTE format('ALTER TABLE %s ALTER COLUMN id DROP IDENTITY', keyed);
      EXECUTE format('CREATE SEQUENCE %s AS INTEGER OWNED BY %s.id', numbering, keyed);
      EXECUTE format('ALTER TABLE %s ALTER COLUMN id SET DEFAULT nextval(%L)', keyed, numbering);
      PERFORM setval(numbering, next_id, false);
    END IF;
    EXECUTE format('ALTER TABLE %s ALTER COLUMN id TYPE INTEGER', keyed);
  END LOOP;
END
$$;
