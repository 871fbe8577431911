// Statements for rows, made of those for one that ODB has generated.

#include "persistence/pgsql/statement.h"

#include <iterator>
#include <odb/pgsql/pgsql-oid.hxx>

#include "gtest/gtest.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr Oid kTypes[] = {odb::pgsql::int8_oid, odb::pgsql::text_oid};
constexpr const char* kInsert =
    R"(INSERT INTO "t" ("id", "a", "b") VALUES (DEFAULT, $1, ($2)::NUMERIC / 10) RETURNING "id")";
constexpr const char* kRows = R"( FROM (SELECT generate_series(1, $3) AS number, )"
                              R"(unnest($1) AS "$1", unnest($2) AS "$2") AS "rows")";

TEST(PgsqlStatementTest, AnInsertTakesArraysInTheirOrderAndLeavesTheIdToTheDatabase) {
  const PgsqlStatement statement = InsertRows("persist", kInsert, kTypes).many;
  EXPECT_EQ(statement.name, "persist_rows");
  EXPECT_EQ(statement.text, std::string(R"(INSERT INTO "t" ("a", "b") SELECT "$1", )"
                                        R"(("$2")::NUMERIC / 10)") +
                                kRows + " ORDER BY number");
  EXPECT_EQ(statement.types, (std::vector<Oid>{1016, 1009, odb::pgsql::int4_oid}));
}

TEST(PgsqlStatementTest, AnInsertOfOneRowTakesItsValuesAndLeavesTheIdToTheDatabase) {
  const PgsqlStatement statement = InsertRows("persist", kInsert, kTypes).one;
  EXPECT_EQ(statement.name, "persist_row");
  EXPECT_EQ(statement.text, R"(INSERT INTO "t" ("a", "b") VALUES ($1, ($2)::NUMERIC / 10))");
  EXPECT_EQ(statement.types, std::vector<Oid>(std::begin(kTypes), std::end(kTypes)));
}

TEST(PgsqlStatementTest, AnInsertOfChosenIdsTakesThemBehindTheOtherColumns) {
  const PgsqlRowStatements statements = InsertRowsWithIds("persist", kInsert, kTypes);
  EXPECT_EQ(statements.many.text.substr(0, 66),
            R"(INSERT INTO "t" ("id", "a", "b") SELECT "$3", "$1", ("$2")::NUMERI)");
  EXPECT_EQ(statements.many.types, (std::vector<Oid>{1016, 1009, 1016, odb::pgsql::int4_oid}));
  EXPECT_EQ(statements.one.text,
            R"(INSERT INTO "t" ("id", "a", "b") VALUES ($3, $1, ($2)::NUMERIC / 10))");
}

TEST(PgsqlStatementTest, AnInsertWithoutIdsOfTheDatabaseKeepsAllColumns) {
  const PgsqlStatement statement =
      InsertRows("persist", R"(INSERT INTO "t" ("a", "b") VALUES ($1, $2))", kTypes).many;
  EXPECT_EQ(statement.text, std::string(R"(INSERT INTO "t" ("a", "b") SELECT "$1", "$2")") + kRows +
                                " ORDER BY number");
}

TEST(PgsqlStatementTest, AnUpdateIsJoinedToTheArraysByTheId) {
  constexpr const char* kUpdate = R"(UPDATE "t" SET "b"=$1 AT TIME ZONE 'UTC' WHERE "id"=$2)";
  const PgsqlRowStatements statements = UpdateRows("update", kUpdate, kTypes);
  EXPECT_EQ(statements.many.text, std::string(R"(UPDATE "t" SET "b"="$1" AT TIME ZONE 'UTC')") +
                                      kRows + R"( WHERE "id"="$2")");
  EXPECT_EQ(statements.one.text, kUpdate);
}

TEST(PgsqlStatementTest, AnUpdateKeepsATimeThatNobodyCanReadWhereThereIsNone) {  // O3
  constexpr Oid kTimeTypes[] = {odb::pgsql::text_oid, odb::pgsql::timestamp_oid,
                                odb::pgsql::int8_oid};
  EXPECT_EQ(
      UpdateRows("update", R"(UPDATE "t" SET "a"=$1, "b"=$2 WHERE "id"=$3)", kTimeTypes).one.text,
      R"(UPDATE "t" SET "a"=$1, "b"=coalesce($2, CASE WHEN "b" NOT BETWEEN )"
      R"('0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' THEN "b" END) )"
      R"(WHERE "id"=$3)");
}

}  // namespace
}  // namespace autopulse::callevents::persistence
