#include "adapter/json/json_quick_parser.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/json/json_exact_parser.h"
#include "adapter/json/json_parser.h"

namespace autopulse::callevents::adapter {
namespace {

namespace fs = std::filesystem;

std::string Text(const JsonTree& tree) {
  std::string out;
  AppendJson(tree.root(), out);
  return out;
}

std::vector<std::string> FixtureBodies() {
  std::vector<std::string> bodies;
  for (const auto& entry : fs::directory_iterator(AUTOPULSE_SOURCE_DIR "/tests/testdata/vapi")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    bodies.push_back(text.str());
  }
  return bodies;
}

// A byte that means something in JSON, or any.
char DrawByte(std::mt19937_64& random) {
  constexpr absl::string_view kBytes =
      "{}[]\",:\\/u0123456789.-+eEtfn \t\n\xff\xc3\xa9\xef\xbb\xbf";
  if (random() % 4 == 0) return static_cast<char>(random());
  return kBytes[random() % kBytes.size()];
}

void Damage(std::mt19937_64& random, std::string& text) {
  const std::size_t at = random() % text.size();
  switch (random() % 3) {
    case 0:
      text[at] = DrawByte(random);
      return;
    case 1:
      text.insert(at, 1, DrawByte(random));
      return;
    default:
      text.erase(at, 1 + random() % 4);
  }
}

// Some of what bodies have, in the middle of them, at their end, and nested.
constexpr JsonExcerpt kExcerpts[] = {{"message.call", "id"},
                                     {"message.artifact", "messages"},
                                     {"message.analysis", "none"},
                                     {"message.assistant", "voice"}};

TEST(ParseJsonQuicklyTest, BodiesAsTheProviderSendsThemAreTaken) {
  for (const std::string& body : FixtureBodies()) {
    if (absl::StrContains(body, "1e400")) continue;  // which the provider does not
    for (const JsonExcerpts excerpts : {JsonExcerpts(), JsonExcerpts(kExcerpts)}) {
      const absl::StatusOr<JsonTree> exact = ParseJsonExactly(body, excerpts);
      ASSERT_TRUE(exact.ok());
      const std::optional<JsonTree> quick = ParseJsonQuickly(body, excerpts);
      ASSERT_TRUE(quick.has_value()) << body;
      EXPECT_EQ(Text(*quick), Text(*exact));
    }
  }
}

TEST(ParseJsonQuicklyTest, DamagedBodiesAreTakenAsTheExactParserTakesThemOrNotAtAll) {
  const std::vector<std::string> bodies = FixtureBodies();
  std::mt19937_64 random(20'261'123);
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string body = bodies[random() % bodies.size()];
    if (body.size() > 5'000) continue;
    for (std::uint64_t times = 1 + random() % 3; times > 0; --times) Damage(random, body);
    const JsonExcerpts excerpts = i % 2 == 0 ? JsonExcerpts() : JsonExcerpts(kExcerpts);
    const std::optional<JsonTree> quick = ParseJsonQuickly(body, excerpts);
    if (!quick.has_value()) continue;
    ++taken;
    const absl::StatusOr<JsonTree> exact = ParseJsonExactly(body, excerpts);
    ASSERT_TRUE(exact.ok()) << exact.status() << "\n" << body;
    ASSERT_EQ(Text(*quick), Text(*exact)) << body;
  }
  EXPECT_GT(taken, 1'000);
}

TEST(ParseJsonQuicklyTest, NumbersAreFoundBesideTextsThatLookLikeThem) {  // R3
  constexpr absl::string_view kText =
      R"({"1.5":"2.50","a\"7\\":[0.10,"\\",-3.00e1,"\\\"8"],"b":-0,"c":18446744073709551615})";
  const std::optional<JsonTree> tree = ParseJsonQuickly(kText);
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->root().At("c").text(), "18446744073709551615");
  EXPECT_EQ(Text(*tree), Text(*ParseJsonExactly(kText)));
}

TEST(ParseJsonQuicklyTest, ValuesBehindWhatIsLeftOutAreWhatTheyAre) {  // R3
  constexpr JsonExcerpt kOfA[] = {{"a", "b"}};
  for (const absl::string_view last : {"1", "0.10"}) {  // found in the text only
    const std::string text =
        absl::StrCat(R"({"a":{"x":["}",1.5,-2,{"y":null}],"b":"\"\u00e9"},"c":[-0,-7,true,false,)",
                     R"(null,18446744073709551615,"\n"],"d":)", last, "}");
    const std::optional<JsonTree> tree = ParseJsonQuickly(text, kOfA);
    ASSERT_TRUE(tree.has_value());
    EXPECT_EQ(tree->root().At("c").FirstChild().text(), "0");
    EXPECT_EQ(tree->root().At("d").text(), last);
    EXPECT_EQ(Text(*tree), Text(*ParseJsonExactly(text, kOfA)));
  }
}

TEST(ParseJsonQuicklyTest, EscapedBackslashBeginsNoSurrogate) {
  constexpr absl::string_view kText = R"(["\\udc00","\n\\uD83D","\u00e9"])";
  const std::optional<JsonTree> tree = ParseJsonQuickly(kText);
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(Text(*tree), Text(*ParseJsonExactly(kText)));
}

TEST(ParseJsonQuicklyTest, NameThatIsThereTwiceIsFoundAmongFewAndMany) {
  for (const int members : {2, 12, 13, 100}) {
    std::string text = "{";
    for (int i = 1; i < members; ++i) absl::StrAppend(&text, "\"k", i, "\":0,");
    EXPECT_TRUE(ParseJsonQuickly(absl::StrCat(text, "\"k0\":0}")).has_value()) << members;
    EXPECT_FALSE(ParseJsonQuickly(absl::StrCat(text, "\"k1\":0}")).has_value()) << members;
  }
}

TEST(ParseJsonQuicklyTest, WhatIsNotForItIsLeftToTheExactParser) {
  EXPECT_FALSE(ParseJsonQuickly("[1e400]").has_value());
  EXPECT_FALSE(ParseJsonQuickly("[18446744073709551616]").has_value());
  EXPECT_FALSE(ParseJsonQuickly(R"(["\udc00"])").has_value());
  EXPECT_FALSE(ParseJsonQuickly(R"(["\uD83D\uDE42"])").has_value());
  EXPECT_FALSE(ParseJsonQuickly(R"({"a":1,"a":2})").has_value());
  EXPECT_FALSE(ParseJsonQuickly("\xef\xbb\xbf{\"a\":\"b\"}").has_value());
  EXPECT_EQ(ParseJson("\xef\xbb\xbf{\"a\":\"b\"}")->root().Find("a").text(), "b");
  EXPECT_FALSE(ParseJsonQuickly("").has_value());
  const std::string deep(kMaxJsonDepth + 1, '[');
  EXPECT_FALSE(ParseJsonQuickly(deep + std::string(kMaxJsonDepth + 1, ']')).has_value());
}

TEST(ParseJsonQuicklyTest, LongTextsAreLeftToTheExactParser) {
  const std::string text = absl::StrCat("[\"", std::string(2 << 20, 'x'), "\"]");
  EXPECT_FALSE(ParseJsonQuickly(text).has_value());
  EXPECT_EQ(ParseJson(text)->root().FirstChild().text().size(), std::size_t{2 << 20});
}

}  // namespace
}  // namespace autopulse::callevents::adapter
