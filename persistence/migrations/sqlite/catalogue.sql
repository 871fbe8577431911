-- What stands in a database: the table, the thing, and what it is like. The order of columns does
-- not matter, nor how the SQL of a table is written.
WITH ours AS (
  SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
)
SELECT t.name, 'column ' || t.name || '.' || c.name,
       replace(upper(c.type), ' ', '')
       || CASE WHEN c."notnull" THEN ' NOT NULL' ELSE '' END
       || ifnull(', default ' || c.dflt_value, '')
  FROM ours AS t JOIN pragma_table_xinfo(t.name) AS c
UNION ALL
SELECT t.name, 'primary key of ' || t.name,
       (SELECT group_concat(name, ', ') FROM
         (SELECT c.name FROM pragma_table_info(t.name) AS c WHERE c.pk > 0 ORDER BY c.pk))
       || CASE WHEN upper(t.sql) LIKE '%AUTOINCREMENT%' THEN ', numbers never given again'
               ELSE '' END
  FROM ours AS t
UNION ALL
SELECT t.name, 'foreign key ' || t.name || ' ' || f."from",
       'references ' || f."table" || '(' || ifnull(f."to", 'id') || ') on delete ' || f.on_delete
       || ' on update ' || f.on_update
  FROM ours AS t JOIN pragma_foreign_key_list(t.name) AS f
UNION ALL
SELECT t.name, 'index ' || i.name || ' on ' || t.name,
       CASE WHEN i."unique" THEN 'unique ' ELSE '' END || '('
       || (SELECT group_concat(ifnull(name, 'expression'), ', ') FROM
            (SELECT x.name FROM pragma_index_info(i.name) AS x ORDER BY x.seqno))
       || ')' || CASE WHEN i.partial THEN ' partial' ELSE '' END
  FROM ours AS t JOIN pragma_index_list(t.name) AS i
 WHERE i.origin <> 'pk'
UNION ALL
SELECT tbl_name, 'trigger ' || name || ' on ' || tbl_name, replace(sql, char(10), ' ')
  FROM sqlite_schema WHERE type = 'trigger'
 ORDER BY 1, 2, 3;
