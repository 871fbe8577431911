#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/adapter/vapi/translation_text.h"
#include "tests/message_fields.h"

// Every NAME.json of tests/testdata/vapi becomes what NAME.textproto says: a
// ReportCallEventRequest, with comments for what was counted, or for what the body is instead of an
// event. A new case is two new files; AUTOPULSE_UPDATE_GOLDEN=1 writes the second, which must then
// be read.
namespace autopulse::callevents::adapter::vapi {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(AUTOPULSE_SOURCE_DIR) / "tests/testdata/vapi";

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> NamesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The expectation as `DescribeTranslation` would write it, however the file lays it out.
std::string Normalized(const std::string& expectation) {
  std::string comments;
  for (const absl::string_view line : absl::StrSplit(expectation, '\n')) {
    if (absl::StartsWith(line, "#")) absl::StrAppend(&comments, line, "\n");
  }
  v1::ReportCallEventRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(expectation, &request));
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(request, &text);
  return comments + text;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, BodyBecomesWhatTheFileBesideItSays) {
  const fs::path expectation = kFolder / (GetParam() + ".textproto");
  const std::string actual = DescribeTranslation(ReadFile(kFolder / (GetParam() + ".json")));
  if (std::getenv("AUTOPULSE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expectation, std::ios::binary) << actual;
  }
  ASSERT_TRUE(fs::exists(expectation)) << expectation;
  EXPECT_EQ(Normalized(ReadFile(expectation)), actual);
}

std::string TestName(const testing::TestParamInfo<std::string>& golden) {
  return absl::StrReplaceAll(golden.param, {{"-", "_"}});
}

INSTANTIATE_TEST_SUITE_P(Vapi, GoldenTest, testing::ValuesIn(NamesIn(kFolder)), TestName);

// The rows of the tables that no body of the folder takes, and fields that no row sets, show here.
TEST(GoldenFolderTest, EveryFieldThatIsReportedIsInOneOfThem) {
  FieldNames set;
  for (const std::string& name : NamesIn(kFolder)) {
    AddSetFields(RequestOf(ReadFile(kFolder / (name + ".json"))).event(), set);
  }
  EXPECT_EQ(Without(AllFields<v1::CallEvent>(), set),
            (FieldNames{// What the service adds.
                        "CallEvent.name", "CallEvent.sequence", "CallEvent.outcome",
                        "CallEvent.call_status", "CallEvent.call_status_text",
                        "CallEvent.create_time", "CallEvent.forget_time", "TranscriptEntry.name"}));
}

// Bodies from elsewhere, named by AUTOPULSE_EXTRA_PAYLOADS: none may do worse than be refused.
TEST(ExtraPayloadsTest, EveryBodyOfTheExtraFolderGetsADefiniteAnswer) {
  const char* folder = std::getenv("AUTOPULSE_EXTRA_PAYLOADS");
  if (folder == nullptr) GTEST_SKIP() << "AUTOPULSE_EXTRA_PAYLOADS names no folder";
  for (const std::string& name : NamesIn(folder)) {
    const std::string text = DescribeTranslation(ReadFile(fs::path(folder) / (name + ".json")));
    EXPECT_FALSE(text.empty()) << name;
    std::printf("== %s\n%s", name.c_str(), text.c_str());
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter::vapi
