#include "adapter/json/json_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "adapter/json/malformed.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::HasSubstr;

std::string RoundTrip(absl::string_view text) {
  const absl::StatusOr<JsonTree> tree = ParseJson(text);
  if (!tree.ok()) return std::string(tree.status().message());
  std::string out;
  AppendJson(tree->root(), out);
  return out;
}

TEST(ParseJsonTest, NumbersKeepTheirCharacters) {  // R3
  constexpr absl::string_view kNumbers =
      "[0,15,-7,0.10,1.50,7.275e-05,1E5,1e400,18446744073709551616,0.1000000000000000055511]";
  EXPECT_EQ(RoundTrip(kNumbers), kNumbers);
}

TEST(ParseJsonTest, NumberMayBeOfAnySize) {  // T5
  const std::string numbers =
      absl::StrCat("[1e5000,-1e5000,1e-5000,1e99999999999999999999,", std::string(6'000, '9'), "]");
  EXPECT_EQ(RoundTrip(numbers), numbers);
}

TEST(ParseJsonTest, OrderAndTextSurvive) {
  EXPECT_EQ(RoundTrip(R"( { "z" : "caf\u00e9 \ud83d\ude42" , "a" : [ true , null , { } ] } )"),
            "{\"z\":\"café 🙂\",\"a\":[true,null,{}]}");
  EXPECT_EQ(RoundTrip(R"(["\u0000\u001f\"\\\/\b\n\r\t"])"), R"(["\u0000\u001f\"\\/\u0008\n\r\t"])");
  EXPECT_EQ(RoundTrip(R"(["so","he said \"so\"\nand so on"])"),
            R"(["so","he said \"so\"\nand so on"])");
}

TEST(ParseJsonTest, SyntaxErrorsNameTheByte) {
  EXPECT_EQ(RoundTrip("{\"a\":}"), "Malformed JSON: syntax error at byte 6");
  EXPECT_THAT(RoundTrip(""), HasSubstr("syntax error at byte 1"));
  EXPECT_THAT(RoundTrip("{} x"), HasSubstr("at byte 4"));
  EXPECT_THAT(RoundTrip("[NaN]"), HasSubstr("syntax error"));
  EXPECT_THAT(RoundTrip("[01]"), HasSubstr("syntax error"));
  EXPECT_THAT(RoundTrip("{'a':1}"), HasSubstr("syntax error"));
}

TEST(ParseJsonTest, NulEndsNoText) {
  EXPECT_EQ(RoundTrip(absl::string_view("{}\0", 3)), "Malformed JSON: syntax error at byte 3");
  EXPECT_EQ(RoundTrip(absl::string_view("[1]\0 {'not'", 11)),
            "Malformed JSON: syntax error at byte 4");
  EXPECT_THAT(RoundTrip(absl::string_view("1\0", 2)), HasSubstr("syntax error"));
  EXPECT_THAT(RoundTrip(absl::string_view("[1,\0 2]", 7)), HasSubstr("syntax error"));
  EXPECT_THAT(RoundTrip(absl::string_view("[\"a\0b\"]", 7)), HasSubstr("syntax error"));
}

TEST(ParseJsonTest, InvalidUtf8IsRefusedWithItsPlace) {
  EXPECT_EQ(RoundTrip("[\"a\xff\"]"), "Malformed JSON: invalid UTF-8 at byte 4");
  EXPECT_THAT(RoundTrip("[\"\xc0\xaf\"]"), HasSubstr("invalid UTF-8"));      // overlong
  EXPECT_THAT(RoundTrip("[\"\xed\xa0\x80\"]"), HasSubstr("invalid UTF-8"));  // a surrogate
}

// JavaScript cuts texts between the two.
TEST(ParseJsonTest, HalfACharacterBecomesTheReplacementCharacterAndCostsNothingElse) {  // T5
  EXPECT_EQ(RoundTrip(R"(["cut \ud83d...","\uDE42 cut","\ude42\ud83d","\ud83d\ud83d\ude42",1.50])"),
            "[\"cut \ufffd...\",\"\ufffd cut\",\"\ufffd\ufffd\",\"\ufffd🙂\",1.50]");
  EXPECT_EQ(RoundTrip(R"({"\ud83d":"\\ud83d"})"), "{\"\ufffd\":\"\\\\ud83d\"}");
  EXPECT_THAT(RoundTrip(R"(["\ud83d)"), HasSubstr("syntax error"));
  EXPECT_THAT(RoundTrip(R"(["\ud83)"), HasSubstr("syntax error"));
  EXPECT_EQ(RoundTrip(R"(["\ud83d",)"), "Malformed JSON: syntax error at byte 11");
}

TEST(ParseJsonTest, ErrorsNeverQuoteTheText) {
  EXPECT_THAT(RoundTrip(R"({"secret":"hunter2"x)"), testing::Not(HasSubstr("hunter2")));
}

TEST(ParseJsonTest, DepthIsLimited) {
  const std::string deepest(kMaxJsonDepth, '[');
  EXPECT_EQ(RoundTrip(deepest + std::string(kMaxJsonDepth, ']')).size(), 2u * kMaxJsonDepth);
  EXPECT_THAT(RoundTrip(deepest + "[]"), HasSubstr("depth of more than 64"));
  EXPECT_THAT(RoundTrip(std::string(100'000, '[')), HasSubstr("depth"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(RoundTrip(objects), HasSubstr("depth"));
}

TEST(ParseJsonTest, NumberOfValuesIsLimited) {  // FT32
  std::string most = "[";
  for (std::size_t i = 1; i < kMaxJsonValues; ++i) most += "0,";
  most.back() = ']';
  EXPECT_TRUE(ParseJson(most).ok());
  most.back() = ',';
  EXPECT_EQ(RoundTrip(most + "0]"), "Malformed JSON: more than 1000000 values");
  EXPECT_EQ(RoundTrip(most + "[]]"), "Malformed JSON: more than 1000000 values");
}

TEST(ParseJsonTest, RepeatedNameIsRefusedWithItsPath) {
  const absl::Status status = ParseJson(R"({"message":{"call":{"id":1,"x":2,"id":3}}})").status();
  EXPECT_EQ(status.message(), "Malformed JSON: message.call.id is there twice");
  EXPECT_EQ(MalformedPath(status), "message.call.id");
  EXPECT_EQ(RoundTrip(R"({"a":{"b":1},"b":1})"), R"({"a":{"b":1},"b":1})");
  EXPECT_THAT(RoundTrip(R"({"a":1,"\u0061":1})"), HasSubstr("twice"));
  EXPECT_THAT(RoundTrip(R"({"":1,"":1})"), HasSubstr("twice"));
}

TEST(ParseJsonTest, ExcerptHasOneMember) {
  constexpr JsonExcerpt kExcerpts[] = {{"a.b", "c"}, {"d", "none"}};
  // The last one by the exact parser, for no machine word holds its number.
  for (const absl::string_view number : {"1.50", "1e400"}) {
    const std::string text = absl::StrCat(
        R"({"d":{"\\":"\""},"a":{"a":-0,"b":{"b":["]",2.5,{"c":null}],"c":false,"x":{"c":1}},"e":[)",
        number, R"(]},"b":{"b":1,"d":true}})");
    const absl::StatusOr<JsonTree> tree = ParseJson(text, kExcerpts);
    ASSERT_TRUE(tree.ok()) << tree.status();
    std::string excerpt;
    AppendJson(tree->root(), excerpt);
    EXPECT_EQ(excerpt, absl::StrCat(R"({"d":{},"a":{"a":0,"b":{"c":false},"e":[)", number,
                                    R"(]},"b":{"b":1,"d":true}})"));
  }
}

TEST(ParseJsonTest, ExcerptIsOfThatObjectOnly) {
  constexpr JsonExcerpt kExcerpts[] = {{"a.b", "c"}};
  for (const absl::string_view text :
       {R"({"b":{"x":1}})", R"({"a":{"a":{"b":{"x":1}}}})", R"({"a":[{"b":{"x":1}}]})",
        R"({"a":{"b":[{"x":1}]}})", R"({"x":{"b":{"x":1}}})", R"({"a.b":{"x":1}})"}) {
    std::string all;
    AppendJson(ParseJson(text, kExcerpts)->root(), all);
    EXPECT_EQ(all, text);
  }
}

TEST(ParseJsonTest, WhatIsLeftOutIsStillJson) {
  constexpr JsonExcerpt kExcerpts[] = {{"a", "c"}};
  EXPECT_TRUE(ParseJson(R"({"a":{"b":{"x":1,"x":2}}})", kExcerpts).ok());
  EXPECT_FALSE(ParseJson(R"({"a":{"b":01}})", kExcerpts).ok());
  EXPECT_FALSE(ParseJson(R"({"a":{"b":1})", kExcerpts).ok());
  EXPECT_EQ(ParseJson(R"({"a":{"c":1,"c":2}})", kExcerpts).status().message(),
            "Malformed JSON: a.c is there twice");
  const std::string deep = absl::StrCat(std::string(2'000, '['), std::string(2'000, ']'));
  const std::string left_out = absl::StrCat(R"({"a":{"b":)", deep, "}}");
  EXPECT_TRUE(ParseJson(left_out, kExcerpts).ok());
  const std::string taken = absl::StrCat(R"({"a":{"c":)", deep, "}}");
  EXPECT_FALSE(ParseJson(taken, kExcerpts).ok());
}

TEST(JsonValueTest, PathsFindWhatIsThereAndNothingElse) {
  const JsonTree tree = *ParseJson(R"({"a":{"b":[1],"c":null,"d":"x"},"":2})");
  EXPECT_EQ(tree.root().At("a.d").text(), "x");
  EXPECT_EQ(tree.root().At("a.d.e").kind(), JsonKind::kAbsent);
  EXPECT_EQ(tree.root().At("a.c").kind(), JsonKind::kNull);
  EXPECT_FALSE(tree.root().At("a.c").given());
  EXPECT_EQ(tree.root().At("a.b").FirstChild().text(), "1");
  EXPECT_EQ(tree.root().At("").kind(), JsonKind::kObject);
  EXPECT_EQ(JsonValue().At("a").FirstChild().NextSibling().kind(), JsonKind::kAbsent);
}

TEST(ParseJsonTest, ManyNamesInOneObjectCostNoMoreThanTheirLength) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) absl::StrAppend(&text, "\"k", i, "\":0,");
  text += "\"last\":1}";
  EXPECT_EQ(ParseJson(text)->root().Find("last").text(), "1");
}

}  // namespace
}  // namespace autopulse::callevents::adapter
