#include "services/grpc/caller_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// printf abc | sha256sum
constexpr char kDigestOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
// printf '' | sha256sum
constexpr char kDigestOfNothing[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string OneCaller(const std::string& fields) {
  return absl::StrCat(R"({"callers": [{"name": "ops", )", fields, "}]}");
}

std::string ErrorOf(const std::string& json) {
  const auto table = CallerTable::Parse(json);
  EXPECT_TRUE(absl::IsInvalidArgument(table.status())) << json;
  return std::string(table.status().message());
}

TEST(CallerTableTest, CallerIsFoundByItsTokenAlone) {
  const auto table = CallerTable::Parse(OneCaller(
      absl::StrCat(R"("roles": ["read", "ingest"], "token_sha256": ")", kDigestOfAbc, R"(")")));
  ASSERT_TRUE(table.ok()) << table.status();
  const Caller* caller = (*table)->FindByToken("abc");
  ASSERT_NE(caller, nullptr);
  EXPECT_EQ(caller->name, "ops");
  EXPECT_THAT(caller->roles, ElementsAre(Role::kRead, Role::kIngest));
  for (const char* other : {"", "ab", "abcd", kDigestOfAbc}) {
    EXPECT_EQ((*table)->FindByToken(other), nullptr) << other;
  }
}

TEST(CallerTableTest, CallerIsFoundByANameInItsCertificate) {
  const auto table =
      CallerTable::Parse(OneCaller(R"("roles": ["read"], "certificate": "ops.example")"));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_NE((*table)->FindByCertificate({"10.0.0.1", "ops.example"}), nullptr);
  EXPECT_EQ((*table)->FindByCertificate({"other.example"}), nullptr);
  EXPECT_EQ((*table)->FindByCertificate({""}), nullptr);
  EXPECT_EQ((*table)->FindByToken(""), nullptr);
}

TEST(CallerTableTest, EmptyTokenIsNobodysEvenIfItsDigestIsThere) {
  const auto table = CallerTable::Parse(
      OneCaller(absl::StrCat(R"("roles": ["read"], "token_sha256": ")", kDigestOfNothing, R"(")")));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ((*table)->FindByToken(""), nullptr);
}

TEST(CallerTableTest, AdminHasEveryRoleAndNobodyElseHasAnothers) {
  const Caller admin{.name = "a", .roles = {Role::kAdmin}};
  const Caller reader{.name = "r", .roles = {Role::kRead}};
  for (const Role role : {Role::kIngest, Role::kRead, Role::kAdmin}) {
    EXPECT_TRUE(admin.Has(role));
    EXPECT_EQ(reader.Has(role), role == Role::kRead);
  }
}

TEST(CallerTableTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(ErrorOf(OneCaller(R"("roles": ["write"], "certificate": "x")")),
              AllOf(HasSubstr("'ops'"), HasSubstr("'write'"), HasSubstr("'ingest'")));
  EXPECT_THAT(ErrorOf(OneCaller(R"("certificate": "x")")), HasSubstr("no roles"));
  EXPECT_THAT(ErrorOf(OneCaller(R"("roles": ["read"])")), HasSubstr("token_sha256"));
  EXPECT_THAT(ErrorOf(OneCaller(R"("roles": ["read"], "token_sha256": "abc")")),
              HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(ErrorOf(OneCaller(R"("roles": ["read"], "token": "abc")")), HasSubstr("token"));
  EXPECT_THAT(ErrorOf(R"({"callers": [{"roles": ["read"]}]})"), HasSubstr("no name"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("no callers"));
  ErrorOf("not JSON");
  ErrorOf("");
}

TEST(CallerTableTest, OneTokenIsNotOfTwoCallers) {
  const std::string token = absl::StrCat(R"("roles": ["read"], "token_sha256": ")", kDigestOfAbc);
  EXPECT_THAT(ErrorOf(absl::StrCat(R"({"callers": [{"name": "a", )", token, R"("}, {"name": "b", )",
                                   token, R"("}]})")),
              AllOf(HasSubstr("'a'"), HasSubstr("'b'")));
}

TEST(CallerTableTest, FileThatCannotBeUsedIsNamed) {
  const absl::Status missing = CallerTable::ReadFile("/nowhere/tokens.json").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(missing));
  EXPECT_THAT(std::string(missing.message()), HasSubstr("/nowhere/tokens.json"));
  const TemporaryFolder folder;
  const std::string path = folder / "tokens.json";
  std::ofstream(path) << "{";
  const absl::Status wrong = CallerTable::ReadFile(path).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(wrong));
  EXPECT_THAT(std::string(wrong.message()), HasSubstr(path));
}

}  // namespace
}  // namespace autopulse::callevents::rpc
