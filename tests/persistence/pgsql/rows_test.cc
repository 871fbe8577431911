// What many rows that one statement writes to PostgreSQL become.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "persistence/migrations/connection.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "tests/contract/call_store_contract.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

using contract::At;
using contract::EventOf;
using testing::ElementsAre;

class PgsqlRowsTest : public testing::Test {
 protected:
  PgsqlRowsTest() {
    EXPECT_TRUE(store_
                    ->Write([this](core::CallWriter& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(call_id_, calls.InsertCall({}));
                      return absl::OkStatus();
                    })
                    .ok());
  }

  // Saves events of these details, of one call, together, and returns their sequences.
  absl::StatusOr<std::vector<std::int64_t>> Save(const std::vector<domain::EventDetail>& details) {
    std::vector<domain::RecordedEvent> events;
    for (const domain::EventDetail& detail : details) {
      events.push_back(EventOf(call_id_, absl::StrCat("e", events.size()), detail));
    }
    core::RecordedChanges changes;
    for (const domain::RecordedEvent& event : events) {
      changes.events.push_back({event.call_id, event.create_time, event.outcome,
                                event.call_status_word, &event.event, event.forget_time});
    }
    return Save(changes);
  }

  absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) {
    std::vector<std::int64_t> sequences;
    RETURN_IF_ERROR(store_->Write([&](core::CallWriter& calls) -> absl::Status {
      ASSIGN_OR_RETURN(sequences, calls.Save(changes));
      return absl::OkStatus();
    }));
    return sequences;
  }

  std::vector<domain::RecordedEvent> Events() {
    std::vector<domain::RecordedEvent> events;
    EXPECT_TRUE(store_
                    ->Read([&](core::CallReader& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(events, calls.ListEvents(call_id_, 0, 100'000));
                      return absl::OkStatus();
                    })
                    .ok());
    return events;
  }

  // The texts of the reports that were saved, in the order of their sequences.
  std::vector<std::string> Summaries() {
    std::vector<std::string> summaries;
    for (const domain::RecordedEvent& event : Events()) {
      summaries.push_back(std::get<domain::EndOfCallReport>(event.event.detail).analysis_summary);
    }
    return summaries;
  }

  static domain::EventDetail ReportOf(const std::string& summary) {
    domain::EndOfCallReport report;
    report.analysis_summary = summary;
    return report;
  }

  domain::Call GetCall() {
    domain::Call call;
    EXPECT_TRUE(store_
                    ->Read([&](core::CallReader& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(call, calls.GetCall(call_id_));
                      return absl::OkStatus();
                    })
                    .ok());
    return call;
  }

  // The call's start time as another program wrote it.
  std::optional<absl::Time> StartTimeWrittenAs(const std::string& literal) {
    EXPECT_TRUE(raw_->Run(absl::StrCat("UPDATE call SET start_time = ", literal)).ok());
    return GetCall().state.start_time;
  }

  std::string Value(const std::string& sql) { return raw_->Query(sql)->at(0).at(0); }

  const std::string url_ = NewPostgresDatabase();
  const std::unique_ptr<core::CallStore> store_ =
      *OpenCallStore(url_, {.migrate = true, .connections = 2});
  const std::unique_ptr<migrations::Connection> raw_ = *migrations::OpenPgsqlUrl(url_);
  std::int64_t call_id_ = 0;
};

TEST_F(PgsqlRowsTest, TextsOfAnyCharactersAreWhatTheyWere) {
  const std::vector<std::string> texts = {"{a,b}", "\"", "\\", "'", "NULL", "{}",  ",",
                                          " ",     "$1", "\n", "%", "é☎🚗",  "\\N", "\x01"};
  std::vector<domain::EventDetail> details;
  for (const std::string& text : texts) details.push_back(ReportOf(text));
  ASSERT_TRUE(Save(details).ok());
  EXPECT_EQ(Summaries(), texts);
}

TEST_F(PgsqlRowsTest, ATextThatIsEmptyInTheRowStaysEmptyAndIsNotNull) {
  domain::Call call;
  call.id = call_id_;
  call.state.recording_url = "";
  domain::Call other;
  ASSERT_TRUE(store_
                  ->Write([&](core::CallWriter& calls) -> absl::Status {
                    ASSIGN_OR_RETURN(other.id, calls.InsertCall({}));
                    return absl::OkStatus();
                  })
                  .ok());
  core::RecordedChanges changes;
  changes.calls.push_back({&call, nullptr});
  for (const bool alone : {true, false}) {
    if (!alone) changes.calls.push_back({&other, nullptr});
    ASSERT_TRUE(raw_->Run("UPDATE call SET recording_url = NULL, ended_reason = 'x'").ok());
    ASSERT_TRUE(Save(changes).ok());
    const std::string of_call = absl::StrCat(" FROM call WHERE id = ", call_id_);
    EXPECT_EQ(Value("SELECT recording_url IS NULL" + of_call), "f");
    EXPECT_EQ(Value("SELECT ended_reason IS NULL" + of_call), "t");
  }
}

TEST_F(PgsqlRowsTest, ARowThatIsSavedAloneIsWhatItIsAmongOthers) {
  domain::StatusUpdate update;
  update.provider_status = "ringing";
  for (const domain::EventDetail& detail : std::vector<domain::EventDetail>{
           update, contract::FullReport(), domain::Hangup(), domain::Notice{.kind = "hang"}}) {
    const auto saved = [&](const std::vector<domain::EventDetail>& details) {
      EXPECT_TRUE(Save(details).ok());
      const std::string row =
          Value("SELECT to_jsonb(e) - 'id' FROM call_event AS e WHERE event_id = 'e0'");
      EXPECT_TRUE(raw_->Run("DELETE FROM call_event").ok());
      return row;
    };
    EXPECT_EQ(saved({detail}), saved({detail, domain::Notice{.kind = "other"}}));
  }
}

TEST_F(PgsqlRowsTest, ATextWithANulIsRefusedAndNothingIsKept) {
  const auto saved = Save({ReportOf("a"), ReportOf(std::string("a\0b", 3))});
  EXPECT_TRUE(absl::IsInvalidArgument(saved.status())) << saved.status();
  EXPECT_THAT(Events(), testing::IsEmpty());
}

TEST_F(PgsqlRowsTest, EventsOfEveryKindSideBySideKeepWhatIsTheirsAlone) {
  domain::StatusUpdate update;
  update.provider_status = "ringing";
  update.forwarding = true;
  const domain::Hangup hangup{.reason = domain::HangupReason::kOther, .provider_reason = "x"};
  ASSERT_TRUE(Save({update, contract::FullReport(), hangup, domain::Notice{.kind = "hang"}}).ok());
  const std::vector<domain::RecordedEvent> events = Events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(std::get<domain::StatusUpdate>(events[0].event.detail).provider_status, "ringing");
  EXPECT_TRUE(std::get<domain::StatusUpdate>(events[0].event.detail).forwarding);
  const auto& report = std::get<domain::EndOfCallReport>(events[1].event.detail);
  EXPECT_EQ(report.cost->ten_thousandths, contract::FullReport().cost->ten_thousandths);
  EXPECT_EQ(report.end_time, contract::FullReport().end_time);
  EXPECT_EQ(report.duration_ms, contract::FullReport().duration_ms);
  EXPECT_TRUE(report.has_transcript);
  EXPECT_EQ(std::get<domain::Hangup>(events[2].event.detail).provider_reason, "x");
  EXPECT_EQ(std::get<domain::Notice>(events[3].event.detail).kind, "hang");
}

TEST_F(PgsqlRowsTest, SequencesAscendAndEachIsThatOfItsEvent) {  // O1
  std::vector<domain::EventDetail> details;
  for (int i = 0; i < 300; ++i) details.push_back(ReportOf(absl::StrCat(i)));
  const auto sequences = Save(details);
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  const std::vector<domain::RecordedEvent> events = Events();
  ASSERT_EQ(events.size(), details.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence, sequences->at(i));
    EXPECT_EQ(events[i].event.event_id, absl::StrCat("e", i));
  }
}

TEST_F(PgsqlRowsTest, RowsThatFillSeveralStatementsKeepTheirOrder) {
  std::vector<domain::EventDetail> details;
  std::vector<std::string> texts;
  for (int i = 0; i < 5; ++i) {
    texts.emplace_back(700'000, static_cast<char>('a' + i));
    details.push_back(ReportOf(texts.back()));
  }
  ASSERT_TRUE(Save(details).ok());
  EXPECT_EQ(Summaries(), texts);
}

TEST_F(PgsqlRowsTest, ATranscriptOfTwentyThousandLinesIsInItsOrder) {  // O4
  std::vector<domain::TranscriptEntry> entries(20'000);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].role = "human";
    entries[i].content = absl::StrCat(i, " {\"'\\,}");
    entries[i].start_time = At(0);
  }
  core::RecordedChanges changes;
  changes.transcripts.push_back({call_id_, &entries});
  ASSERT_TRUE(Save(changes).ok());
  EXPECT_EQ(Value("SELECT count(*) FROM (SELECT content, row_number() OVER (ORDER BY id) - 1 AS n"
                  " FROM transcript) AS t WHERE content = n || ' {\"''\\,}'"),
            "20000");
}

TEST_F(PgsqlRowsTest, ATranscriptsLinesMayLackWhatOthersHave) {  // O4
  std::vector<domain::TranscriptEntry> entries(2);
  entries[0].role = "bot";
  entries[0].start_time = At(1);
  entries[1] = {.role = "human",
                .content = "x",
                .start_time = At(2),
                .end_time = At(3),
                .seconds_from_start = 0.1,
                .duration_ms = 4};
  core::RecordedChanges changes;
  changes.transcripts.push_back({call_id_, &entries});
  ASSERT_TRUE(Save(changes).ok());
  const auto rows = raw_->Query(
      "SELECT role, content IS NULL, end_time IS NULL, seconds_from_start, duration"
      " FROM transcript ORDER BY id");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(*rows, ElementsAre(ElementsAre("bot", "f", "t", "", ""),
                                 ElementsAre("human", "f", "f", "0.1", "4")));
}

TEST_F(PgsqlRowsTest, TimesAreExactToTheMicrosecondHoweverFarAway) {
  for (const char* text :
       {"0001-01-01T00:00:00+00:00", "1683-12-31T23:59:59.999999+00:00",
        "1969-12-31T23:59:59.999999+00:00", "2000-01-01T00:00:00.000001+00:00",
        "2255-06-05T23:47:34.740993+00:00", "9999-12-31T23:59:59.999999+00:00"}) {
    absl::Time time;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
    domain::Call call;
    call.id = call_id_;
    call.state.start_time = time;
    core::RecordedChanges changes;
    changes.calls.push_back({&call, nullptr});
    ASSERT_TRUE(Save(changes).ok());
    EXPECT_EQ(GetCall().state.start_time, time);
    EXPECT_EQ(Value(absl::StrCat("SELECT start_time = '", text, "' FROM call")), "t") << text;
  }
}

TEST_F(PgsqlRowsTest, TimesThatNoCalendarHasAreReadAsAbsent) {
  EXPECT_EQ(StartTimeWrittenAs("'2026-01-31 14:00:00+02'"), At(0));
  for (const char* literal :
       {"'infinity'", "'-infinity'", "'0044-03-15 12:00:00+00 BC'", "'10000-01-01 00:00:00+00'"}) {
    EXPECT_EQ(StartTimeWrittenAs(literal), std::nullopt) << literal;
  }
}

TEST_F(PgsqlRowsTest, AmountsAreExactToTheFourthDecimal) {  // R3
  for (const std::int64_t cost : {0L, 1L, -1L, 1'053L, 9'999'999'999L, -9'999'999'999L}) {
    domain::Call call;
    call.id = call_id_;
    call.state.cost = domain::Decimal{cost};
    core::RecordedChanges changes;
    changes.calls.push_back({&call, nullptr});
    ASSERT_TRUE(Save(changes).ok());
    EXPECT_EQ(GetCall().state.cost->ten_thousandths, cost);
  }
}

TEST_F(PgsqlRowsTest, OneRefusedEventLeavesTheConnectionUsable) {
  ASSERT_TRUE(Save({ReportOf("a")}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Save({ReportOf("b")}).status()));  // e0 again
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Summaries(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace autopulse::callevents::persistence
