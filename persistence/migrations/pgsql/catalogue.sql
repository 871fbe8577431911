-- What stands in a schema: the table, the thing, and what it is like. Names of keys do not matter,
-- nor does the order of columns, nor which sequence numbers a key.
WITH ours AS (
  SELECT c.oid, c.relname FROM pg_class c
   WHERE c.relnamespace = current_schema()::REGNAMESPACE AND c.relkind IN ('r', 'p')
)
SELECT t.relname, 'column ' || t.relname || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
       || CASE WHEN a.attidentity = 'd' THEN ', identity by default'
               WHEN a.attidentity = 'a' THEN ', identity always'
               WHEN a.attgenerated <> '' THEN ', computed'
               WHEN d.adbin IS NULL THEN ''
               WHEN pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' THEN ', serial'
               ELSE ', default ' || pg_get_expr(d.adbin, d.adrelid) END
       || coalesce((SELECT ', numbered up to ' || s.seqmax FROM pg_sequence s
                     WHERE s.seqrelid =
                           pg_get_serial_sequence(t.oid::REGCLASS::TEXT, a.attname)::REGCLASS), '')
  FROM ours t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
UNION ALL
SELECT t.relname,
       CASE WHEN k.contype = 'p' THEN 'primary key of ' || t.relname
            WHEN k.contype = 'f' THEN 'foreign key ' || t.relname || ' ' || (
              SELECT string_agg(a.attname, ', ' ORDER BY n.position)
                FROM unnest(k.conkey) WITH ORDINALITY AS n (attnum, position)
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = n.attnum)
            ELSE 'constraint ' || k.conname || ' on ' || t.relname END,
       replace(pg_get_constraintdef(k.oid), current_schema() || '.', '')
  FROM ours t JOIN pg_constraint k ON k.conrelid = t.oid
 WHERE k.contype IN ('p', 'f', 'c', 'x')
UNION ALL
SELECT t.relname, 'index ' || x.relname || ' on ' || t.relname,
       CASE WHEN i.indisunique THEN 'unique ' ELSE '' END
       || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')
       || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
  FROM ours t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class x ON x.oid = i.indexrelid
 WHERE NOT i.indisprimary
 ORDER BY 1, 2, 3;
