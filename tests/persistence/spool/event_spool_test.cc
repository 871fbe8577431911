#include "persistence/spool/event_spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::persistence::spool {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// The statements that this thread's new connections sent to read pending events.
thread_local std::vector<std::string> sent_statements;

int NoteStatement(unsigned, void*, void* statement, void*) {
  char* const sql = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement));
  if (absl::StrContains(sql, "LEFT JOIN")) sent_statements.emplace_back(sql);
  sqlite3_free(sql);
  return 0;
}

int TraceNewConnection(sqlite3* handle, char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, NoteStatement, nullptr);
}

class EventSpoolTest : public testing::Test {
 protected:
  EventSpoolTest() { Open(); }

  std::string path() const { return folder_ / "spool.db"; }

  // What is last in each row that `sql` gives, a line each.
  std::string Ask(const std::string& sql) const {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    std::string lines;
    const auto collect = [](void* text, int count, char** values, char**) {
      absl::StrAppend(static_cast<std::string*>(text), values[count - 1], "\n");
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), collect, &lines, nullptr), SQLITE_OK);
    sqlite3_close(database);
    return lines;
  }

  void Open() {
    spool_.reset();
    auto opened = EventSpool::Open(path(), kNow, {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    spool_ = *std::move(opened);
  }

  absl::Status Append(const std::string& call, const std::string& payload, absl::Time due = kNow) {
    return spool_->Append(
        {.call = call, .payload = payload, .receive_time = kNow, .failures = {}, .due = due});
  }

  absl::Status AddDeadLetter() {
    return spool_->dead_letters().Add({.reason = "x",
                                       .call = "",
                                       .form = "body",
                                       .payload = "p",
                                       .receive_time = kNow,
                                       .create_time = kNow,
                                       .failures = {}});
  }

  std::vector<PendingEvent> Due(absl::Time now = kNow, const PageLimits& limits = {}) {
    const auto page = spool_->ReadDue(now, limits);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.value_or(std::vector<PendingEvent>());
  }

  std::vector<std::string> DuePayloads(absl::Time now = kNow, const PageLimits& limits = {}) {
    std::vector<std::string> payloads;
    for (const PendingEvent& event : Due(now, limits)) payloads.push_back(event.payload);
    return payloads;
  }

  static Settlement Settle(Settlement::Kind kind, const PendingEvent& event,
                           absl::Time due = kNow) {
    Settlement settlement{.kind = kind,
                          .event = event.id,
                          .lane = event.lane,
                          .failures = event.failures,
                          .due = due,
                          .reason = "because"};
    settlement.failures.attempts += kind == Settlement::Kind::kDelivered ? 0 : 1;
    return settlement;
  }

  const TemporaryFolder folder_;
  std::unique_ptr<EventSpool> spool_;
};

TEST_F(EventSpoolTest, WhatIsKeptIsThereAfterReopening) {  // FT3
  const std::string bytes("\x00\xff\x01", 3);
  ASSERT_TRUE(Append("calls/15", bytes).ok());
  Open();
  EXPECT_EQ(spool_->pending(), 1);
  ASSERT_THAT(DuePayloads(), ElementsAre(bytes));
  EXPECT_EQ(Due()[0].call, "calls/15");
  EXPECT_EQ(Due()[0].receive_time, kNow);  // O6
}

TEST_F(EventSpoolTest, EventsOfACallAreReadInOrderOfIntake) {  // O7
  ASSERT_TRUE(Append("calls/1", "a").ok());
  ASSERT_TRUE(Append("calls/2", "b").ok());
  ASSERT_TRUE(Append("calls/1", "c").ok());
  EXPECT_THAT(DuePayloads(), ElementsAre("a", "c", "b"));
}

TEST_F(EventSpoolTest, NewEventJoinsTheOthersOfItsCallHoweverLongTheyWait) {  // O7
  ASSERT_TRUE(Append("calls/1", "a", kNow + absl::Minutes(1)).ok());
  ASSERT_TRUE(Append("calls/1", "b", kNow).ok());
  EXPECT_THAT(DuePayloads(), IsEmpty());
  EXPECT_THAT(DuePayloads(kNow + absl::Minutes(1)), ElementsAre("a", "b"));
}

TEST_F(EventSpoolTest, BehindAnEventThatFailedNothingOfItsCallIsRead) {  // O7
  for (const char* payload : {"a", "b"}) ASSERT_TRUE(Append("calls/1", payload).ok());
  ASSERT_TRUE(Append("calls/2", "c").ok());
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kRetry, Due()[0])}, kNow).ok());
  EXPECT_THAT(DuePayloads(), ElementsAre("a", "c"));
}

TEST_F(EventSpoolTest, EventThatStandsAsideHoldsNothingBack) {  // O7
  for (const char* payload : {"a", "b"}) ASSERT_TRUE(Append("calls/1", payload).ok());
  const absl::Time later = kNow + absl::Seconds(5);
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kStandAside, Due()[0], later)}, kNow).ok());
  EXPECT_THAT(DuePayloads(), ElementsAre("b"));
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kDelivered, Due()[0])}, kNow).ok());
  EXPECT_FALSE(*spool_->HasWaiting("calls/1"));
  ASSERT_THAT(DuePayloads(later), ElementsAre("a"));
  EXPECT_TRUE(Due(later)[0].alone);
}

TEST_F(EventSpoolTest, DeliveredEventsLeaveNothingBehind) {
  ASSERT_TRUE(Append("calls/1", "a").ok());
  EXPECT_TRUE(*spool_->HasWaiting("calls/1"));
  EXPECT_FALSE(*spool_->HasWaiting("calls/2"));
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kDelivered, Due()[0])}, kNow).ok());
  EXPECT_FALSE(*spool_->HasWaiting("calls/1"));
  EXPECT_EQ(spool_->pending(), 0);
  EXPECT_EQ(Ask("SELECT count(*) FROM lane"), "0\n");
}

TEST_F(EventSpoolTest, CallsOfWhichEventsMayWaitAreKnownAfterReopening) {  // O7
  for (const char* call : {"calls/1", "calls/2"}) ASSERT_TRUE(Append(call, "a").ok());
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kStandAside, Due()[0])}, kNow).ok());
  Open();
  EXPECT_FALSE(spool_->MayHaveWaiting("calls/1"));
  EXPECT_TRUE(spool_->MayHaveWaiting("calls/2"));
}

TEST_F(EventSpoolTest, PagesAreBoundInEventsAndBytes) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append(absl::StrCat("calls/", i), "1234").ok());
  EXPECT_EQ(Due(kNow, {.events = 3}).size(), 3u);
  EXPECT_EQ(Due(kNow, {.events = 5, .bytes = 9}).size(), 2u);
  EXPECT_EQ(Due(kNow, {.events = 5, .bytes = 1}).size(), 1u);
}

TEST_F(EventSpoolTest, BuriedEventIsADeadLetterWithItsHistory) {  // U1
  ASSERT_TRUE(Append("calls/1", "a").ok());
  Settlement settlement = Settle(Settlement::Kind::kBury, Due()[0]);
  settlement.failures.first_error = "first";
  settlement.failures.first_error_time = kNow - absl::Hours(1);
  settlement.failures.last_error = std::string(2'000, 'x');
  ASSERT_TRUE(spool_->Settle({settlement}, kNow).ok());
  EXPECT_THAT(Due(), IsEmpty());
  const auto letters = spool_->dead_letters().List({}, 0, 10);
  ASSERT_TRUE(letters.ok());
  ASSERT_EQ(letters->size(), 1u);
  EXPECT_EQ(letters->front().reason, "because");
  EXPECT_EQ(letters->front().payload, "");
  EXPECT_EQ(letters->front().failures.first_error, "first");
  EXPECT_EQ(letters->front().failures.first_error_time, kNow - absl::Hours(1));
  EXPECT_EQ(letters->front().failures.last_error.size(), 500u);
  const auto letter = spool_->dead_letters().Get(letters->front().id);
  ASSERT_TRUE(letter.ok());
  EXPECT_EQ(letter->payload, "a");
}

TEST_F(EventSpoolTest, DeadLettersAreFoundByIdCallReasonAndTime) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(spool_->dead_letters()
                    .Add({.reason = i < 2 ? "x" : "y",
                          .call = absl::StrCat("calls/", i % 2),
                          .form = "body",
                          .payload = "p",
                          .receive_time = kNow,
                          .create_time = kNow + absl::Minutes(i),
                          .failures = {}})
                    .ok());
  }
  const auto ids = [this](const DeadLetterFilter& filter, std::int64_t after = 0, int limit = 10) {
    std::vector<std::int64_t> found;
    const auto letters = spool_->dead_letters().List(filter, after, limit);
    EXPECT_TRUE(letters.ok()) << letters.status();
    for (const DeadLetter& letter : *letters) found.push_back(letter.id);
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ids({}, 2), ElementsAre(3, 4));
  EXPECT_THAT(ids({}, 0, 1), ElementsAre(1));
  EXPECT_THAT(ids({.ids = {2, 4}, .call = "", .reason = "", .since = {}, .until = {}}),
              ElementsAre(2, 4));
  EXPECT_THAT(ids({.ids = {}, .call = "calls/1", .reason = "y", .since = {}, .until = {}}),
              ElementsAre(4));
  EXPECT_THAT(ids({.ids = {},
                   .call = "",
                   .reason = "",
                   .since = kNow + absl::Minutes(1),
                   .until = kNow + absl::Minutes(3)}),
              ElementsAre(2, 3));
  EXPECT_TRUE(spool_->dead_letters().Remove(1).ok());
  EXPECT_TRUE(absl::IsNotFound(spool_->dead_letters().Remove(1)));
  EXPECT_TRUE(absl::IsNotFound(spool_->dead_letters().Get(1).status()));
}

TEST_F(EventSpoolTest, ClockThatWasSetBackDelaysNothingAfterARestart) {  // FT44
  ASSERT_TRUE(Append("calls/1", "a", kNow + absl::Hours(5)).ok());
  Open();
  EXPECT_THAT(DuePayloads(), ElementsAre("a"));
}

TEST_F(EventSpoolTest, ManyThreadsKeepEventsAtOnce) {
  constexpr int kThreads = 16;
  constexpr int kEach = 20;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(Append(absl::StrCat("calls/", t), absl::StrCat(i)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(spool_->pending(), kThreads * kEach);
  const auto events = Due();
  ASSERT_EQ(events.size(), std::size_t{kThreads} * kEach);
  for (std::size_t i = 0; i < events.size(); ++i) {  // O7
    EXPECT_EQ(events[i].payload, absl::StrCat(i % kEach));
  }
}

TEST_F(EventSpoolTest, ReserveOfTheDiskIsLeftFree) {  // FT7
  ASSERT_TRUE(Append("calls/1", "a").ok());
  spool_.reset();
  spool_ = *EventSpool::Open(path(), kNow, {.reserve_bytes = std::uintmax_t{1} << 60});
  EXPECT_TRUE(absl::IsResourceExhausted(Append("calls/1", "b")));
  EXPECT_TRUE(spool_->Settle({Settle(Settlement::Kind::kDelivered, Due()[0])}, kNow).ok());
}

TEST_F(EventSpoolTest, DeadLettersGiveWayToEventsWhereTheDiskIsNarrow) {  // FT7
  spool_.reset();
  const std::uintmax_t half = std::filesystem::space(folder_.path()).available / 2;
  spool_ = *EventSpool::Open(path(), kNow, {.reserve_bytes = half});
  EXPECT_TRUE(absl::IsResourceExhausted(AddDeadLetter()));
  EXPECT_TRUE(Append("calls/1", "a").ok());
}

// What is written at the same time shares a transaction.
TEST_F(EventSpoolTest, DeadLetterThatIsGoneFailsNothingBesides) {
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(Append(absl::StrCat("calls/", t), "a").ok());
    });
    threads.emplace_back([this] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(absl::IsNotFound(spool_->dead_letters().Remove(7)));
        EXPECT_TRUE(absl::IsNotFound(spool_->dead_letters().RecordFailure(7, {})));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(spool_->pending(), kThreads * kEach);
}

TEST_F(EventSpoolTest, EventThatIsGoneLeavesNoLaneWhenItWasToStandAside) {  // O7
  ASSERT_TRUE(Append("calls/1", "a").ok());
  const PendingEvent event = Due()[0];
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kDelivered, event)}, kNow).ok());
  ASSERT_TRUE(spool_->Settle({Settle(Settlement::Kind::kStandAside, event)}, kNow).ok());
  EXPECT_EQ(Ask("SELECT count(*) FROM lane"), "0\n");
}

TEST_F(EventSpoolTest, WhatAnOutageTookOfTheDiskIsGivenBack) {  // FT6
  constexpr std::uintmax_t kMegabyte = 1 << 20;
  for (int i = 0; i < 24; ++i) {
    ASSERT_TRUE(Append("calls/1", std::string(kMegabyte, 'x')).ok());
  }
  std::vector<Settlement> delivered;
  for (const PendingEvent& event : Due(kNow, {.bytes = 100 * kMegabyte})) {
    delivered.push_back(Settle(Settlement::Kind::kDelivered, event));
  }
  ASSERT_EQ(delivered.size(), 24U);
  ASSERT_TRUE(spool_->Settle(delivered, kNow).ok());
  EXPECT_GT(std::filesystem::file_size(path()), 20 * kMegabyte);
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = spool_->Shrink();
  EXPECT_TRUE(more.ok()) << more.status();
  EXPECT_LE(std::filesystem::file_size(path()), 17 * kMegabyte);
}

TEST_F(EventSpoolTest, FileThatIsNoDatabaseIsRefused) {  // FT10
  const std::string other = folder_ / "other";
  std::ofstream(other) << std::string(4096, 'x');
  EXPECT_TRUE(absl::IsFailedPrecondition(EventSpool::Open(other, kNow, {}).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(EventSpool::Open(folder_.path(), kNow, {}).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(EventSpool::Open(folder_ / "no/f", kNow, {}).status()));
}

TEST_F(EventSpoolTest, WhatIsKeptInMemoryIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(EventSpool::Open(":memory:", kNow, {}).status()));
}

TEST_F(EventSpoolTest, DatabaseOfAnotherUseIsRefusedAndLeftAsItIs) {  // FT10
  spool_.reset();
  std::filesystem::remove(path());
  Ask("CREATE TABLE call (id INTEGER PRIMARY KEY AUTOINCREMENT)");
  const absl::Status opened = EventSpool::Open(path(), kNow, {}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(opened));
  EXPECT_THAT(opened.message(), testing::HasSubstr("table `call`"));
  EXPECT_EQ(Ask("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"), "call\n");
  EXPECT_EQ(Ask("PRAGMA journal_mode"), "delete\n");
}

TEST_F(EventSpoolTest, TablesOfAnotherUseBesideItsOwnAreRefused) {  // FT10
  spool_.reset();
  Ask("CREATE TABLE call (id INTEGER)");
  EXPECT_TRUE(absl::IsFailedPrecondition(EventSpool::Open(path(), kNow, {}).status()));
}

TEST_F(EventSpoolTest, NothingIsKeptInAFileThatWasTakenAwayAndWhatWasThereIsStillRead) {  // FT66
  ASSERT_TRUE(Append("calls/1", "before").ok());
  std::filesystem::rename(path(), folder_ / "moved.db");
  const absl::Status kept = Append("calls/1", "after");
  EXPECT_TRUE(absl::IsUnavailable(kept));
  EXPECT_THAT(kept.message(), testing::HasSubstr("was removed, renamed or replaced"));
  EXPECT_EQ(spool_->pending(), 1);
  EXPECT_THAT(DuePayloads(), ElementsAre("before"));
}

TEST_F(EventSpoolTest, FileThatWasTakenAwayHasNoSize) {  // FT66
  ASSERT_TRUE(Append("calls/1", "a").ok());
  EXPECT_GT(spool_->ReadUsage()->log_bytes, 0u);
  std::filesystem::rename(path(), folder_ / "moved.db");
  const auto usage = spool_->ReadUsage();
  ASSERT_TRUE(usage.ok()) << usage.status();
  EXPECT_EQ(usage->file_bytes, 0u);
  EXPECT_GT(usage->log_bytes, 0u);
  EXPECT_EQ(usage->pending, 1);
}

TEST_F(EventSpoolTest, DamagedFileIsRefusedAtTheStart) {
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(Append(absl::StrCat("calls/", i), "payload").ok());
  spool_.reset();
  std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096 * 5);
  file << std::string(4096 * 3, '\xaa');
  file.close();
  const absl::Status opened = EventSpool::Open(path(), kNow, {}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(opened));
  EXPECT_THAT(opened.message(), testing::HasSubstr("move it away"));
}

// What a crash of the machine leaves: the last commit is in the log in part.
TEST_F(EventSpoolTest, TornEndIsLeftOutAndTheRestIsThere) {  // FT4
  for (const char* payload : {"a", "b", "c"}) ASSERT_TRUE(Append("calls/1", payload).ok());
  const std::filesystem::path torn = folder_ / "torn.db";
  std::filesystem::copy_file(path(), torn);
  std::filesystem::copy_file(path() + "-wal", torn.string() + "-wal");
  std::filesystem::resize_file(torn.string() + "-wal",
                               std::filesystem::file_size(torn.string() + "-wal") - 10);
  auto opened = EventSpool::Open(torn, kNow, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  spool_ = *std::move(opened);
  EXPECT_THAT(DuePayloads(), ElementsAre("a", "b"));
}

TEST_F(EventSpoolTest, OneProcessAtATimeSendsFromIt) {
  const auto second = EventSpool::Open(path(), kNow, {});
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(second.status().message(), testing::HasSubstr("another adapter uses it"));
  std::filesystem::create_symlink(path(), folder_ / "link");
  EXPECT_FALSE(EventSpool::Open(folder_ / "link", kNow, {}).ok());
  EXPECT_TRUE(EventSpool::Open(path(), kNow, {.sends = false}).ok());
  spool_.reset();
  EXPECT_TRUE(EventSpool::Open(path(), kNow, {}).ok());
}

TEST_F(EventSpoolTest, NobodyElseMayReadIt) {
  const mode_t before = umask(0);
  const auto opened = EventSpool::Open(folder_ / "wide.db", kNow, {});
  umask(before);
  ASSERT_TRUE(opened.ok()) << opened.status();
  for (const char* ending : {"", "-wal", "-shm", ".lock"}) {
    const std::filesystem::path file = folder_ / absl::StrCat("wide.db", ending);
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600)) << file;
  }
}

// Of the statement that is really sent.
TEST_F(EventSpoolTest, ReadingDueEventsGoesByTheIndexWithoutSorting) {
  ASSERT_TRUE(Append("calls/1", "a").ok());
  const auto trace = reinterpret_cast<void (*)()>(TraceNewConnection);
  sqlite3_auto_extension(trace);
  Open();
  sent_statements.clear();
  EXPECT_EQ(Due(kNow, {.share = {.count = 4, .index = 1}}).size(), 1u);
  sqlite3_cancel_auto_extension(trace);
  ASSERT_THAT(sent_statements, testing::SizeIs(1));
  ASSERT_THAT(sent_statements, testing::Each(testing::HasSubstr("% 4 = 1")));
  const std::string plan = Ask(absl::StrCat("EXPLAIN QUERY PLAN ", sent_statements[0]));
  EXPECT_THAT(plan, testing::HasSubstr("SEARCH lane USING INDEX lane_due_time_i"));
  EXPECT_THAT(plan, testing::HasSubstr("SEARCH pending_event USING INDEX pending_event_lane_id_i"));
  EXPECT_THAT(plan, testing::Not(testing::HasSubstr("TEMP B-TREE")));
}

}  // namespace
}  // namespace autopulse::callevents::persistence::spool
