#include "adapter/admin/admin_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "adapter/delivery/undelivered.h"
#include "adapter/json/json_parser.h"
#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class AdminApiTest : public SpoolingTest {
 protected:
  void Bury(int call, const std::string& reason = kReasonUnknownCall) {
    v1::ReportCallEventRequest request = Event(call, absl::StrCat("e", call));
    request.mutable_event()->set_provider_call_id("+15550142001");
    persistence::spool::DeadLetter letter;
    letter.reason = reason;
    letter.call = request.parent();
    letter.form = persistence::spool::kPendingForm;
    letter.payload = request.SerializeAsString();
    letter.create_time = now_;
    ASSERT_TRUE(spool_->dead_letters().Add(letter).ok());
  }

  HttpAnswer Get(const std::string& target) { return api_.Handle("GET", target); }
  HttpAnswer Post(const std::string& target) { return api_.Handle("POST", target); }
  HttpAnswer Delete(const std::string& target) { return api_.Handle("DELETE", target); }

  AdminApi api_{{.spool = *spool_, .client = client_, .counters = counters_}};
};

TEST_F(AdminApiTest, DeadLettersComeInPages) {
  for (int call = 1; call <= 5; ++call) Bury(call);
  std::string token;
  std::set<std::string> calls;
  int pages = 0;
  do {
    const HttpAnswer answer = Get("/v1/dead-letters?page_size=2&page_token=" + token);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto json = ParseJson(answer.body);
    ASSERT_TRUE(json.ok()) << answer.body;
    token = std::string(json->root().Find("next_page_token").text());
    for (JsonValue letter = json->root().Find("dead_letters").FirstChild(); letter.given();
         letter = letter.NextSibling()) {
      calls.emplace(letter.Find("call").text());
    }
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(calls.size(), 5u);
  EXPECT_EQ(pages, 3);
}

TEST_F(AdminApiTest, DeadLettersAreSelectedByCallReasonAndTime) {
  Bury(1);
  Bury(2, kReasonMalformed);
  EXPECT_THAT(Get("/v1/dead-letters?call=calls%2F2").body, Not(HasSubstr("calls/1")));
  EXPECT_THAT(Get("/v1/dead-letters?reason=unknown_call").body, Not(HasSubstr("calls/2")));
  EXPECT_THAT(Get("/v1/dead-letters?after=2030-01-01T00:00:00Z").body, Not(HasSubstr("calls/")));
}

TEST_F(AdminApiTest, OneDeadLetterIsShownWithoutTelephoneNumbers) {
  Bury(1);
  const HttpAnswer answer = Get("/v1/dead-letters/1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("\"body\":{"));
  EXPECT_THAT(answer.body, Not(HasSubstr("15550142001")));
  EXPECT_EQ(Get("/v1/dead-letters/2").status, 404);
}

TEST_F(AdminApiTest, DeadLettersAreReplayedWithAnAccountOfEach) {  // FT59
  for (int call = 1; call <= 3; ++call) Bury(call);
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    return request.parent() == "calls/2" ? grpc::Status(grpc::NOT_FOUND, "no") : grpc::Status::OK;
  });
  const HttpAnswer answer = Post("/v1/dead-letters:replay?reason=unknown_call");
  EXPECT_EQ(answer.body,
            "{\"results\":[{\"id\":1,\"outcome\":\"applied\"},"
            "{\"id\":2,\"outcome\":\"failed\",\"error\":\"NOT_FOUND: no\"},"
            "{\"id\":3,\"outcome\":\"applied\"}],\"failed\":1,\"next_page_token\":\"\"}");
  EXPECT_EQ(DeadLetters().size(), 1u);
  service_.RecordEverything();
  EXPECT_EQ(Post("/v1/dead-letters/2:replay").body, "{\"id\":2,\"outcome\":\"applied\"}");
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(AdminApiTest, ReplayStopsAtAServiceThatIsNotThereAndGoesOnFromThere) {
  for (int call = 1; call <= 3; ++call) Bury(call);
  service_.AnswerAlways(grpc::UNAVAILABLE);
  const HttpAnswer answer = Post("/v1/dead-letters:replay?all=true");
  EXPECT_THAT(answer.body, HasSubstr("\"failed\":3,\"next_page_token\":\"0\""));
  service_.RecordEverything();
  EXPECT_EQ(Post("/v1/dead-letters:replay?all=true&page_token=0").status, 200);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(AdminApiTest, ReplayStopsAtAServiceThatServesNobody) {
  for (int call = 1; call <= 5; ++call) Bury(call);
  for (const auto code :
       {grpc::DEADLINE_EXCEEDED, grpc::RESOURCE_EXHAUSTED, grpc::ABORTED, grpc::UNAUTHENTICATED}) {
    service_.AnswerAlways(code);
    const int before = service_.calls();
    const HttpAnswer answer = Post("/v1/dead-letters:replay?all=true");
    EXPECT_THAT(answer.body, HasSubstr("\"failed\":3,\"next_page_token\":\"0\""));
    EXPECT_EQ(service_.calls(), before + 3) << code;
  }
}

TEST_F(AdminApiTest, LetterThatAlwaysFailsLikeAnOutageKeepsNoOtherFromBeingReplayed) {
  for (int call = 1; call <= 3; ++call) Bury(call);
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    return request.parent() == "calls/1" ? grpc::Status(grpc::ABORTED, "") : grpc::Status::OK;
  });
  const HttpAnswer answer = Post("/v1/dead-letters:replay?all=true");
  EXPECT_THAT(answer.body, HasSubstr("\"failed\":1"));
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(AdminApiTest, ReplayEndsWithTheLetterAtHandWhereTheProgramEnds) {
  for (int call = 1; call <= 3; ++call) Bury(call);
  service_.SetAnswer([this](const v1::ReportCallEventRequest& /*request*/) {
    api_.Stop();
    return grpc::Status::OK;
  });
  const HttpAnswer answer = Post("/v1/dead-letters:replay?all=true");
  EXPECT_EQ(answer.body,
            "{\"results\":[{\"id\":1,\"outcome\":\"applied\"}],\"failed\":0,"
            "\"next_page_token\":\"1\"}");
  EXPECT_EQ(DeadLetters().size(), 2u);
}

TEST_F(AdminApiTest, NothingIsReplayedOrRemovedWithoutASelection) {
  Bury(1);
  EXPECT_EQ(Post("/v1/dead-letters:replay").status, 400);
  EXPECT_EQ(Delete("/v1/dead-letters").status, 400);
  EXPECT_EQ(Delete("/v1/dead-letters?call=&before=2100-01-01T00:00:00Z").status, 400);
  EXPECT_EQ(Delete("/v1/dead-letters?all=true&dry_run=").status, 400);
  EXPECT_EQ(Delete("/v1/dead-letters?all=true&dry_run=true").status, 200);
  EXPECT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(Delete("/v1/dead-letters?call=1").status, 200);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(AdminApiTest, SpoolSaysWhatItHolds) {
  EXPECT_THAT(Get("/v1/spool").body, HasSubstr("{\"pending\":0,\"oldest_receive_time\":null"));
  ASSERT_TRUE(spool_
                  ->Append({.call = "calls/1",
                            .payload = "x",
                            .receive_time = now_,
                            .failures = {},
                            .due = now_})
                  .ok());
  EXPECT_THAT(Get("/v1/spool").body,
              HasSubstr("{\"pending\":1,\"oldest_receive_time\":\"2023-11-14T22:13:20+00:00\""));
}

TEST_F(AdminApiTest, CountersAreShown) {
  counters_.Increment("spool", "queued");
  EXPECT_EQ(Get("/v1/counters").body, "{\"counters\":{\"spool/queued\":1}}");
}

TEST_F(AdminApiTest, CallIsErased) {  // FT60
  Bury(15);
  EXPECT_EQ(Post("/v1/calls/15:erase").body, "{\"events\":0,\"dead_letters\":1}");
  EXPECT_EQ(Post("/v1/calls/:erase").status, 400);
}

TEST_F(AdminApiTest, WhatIsNoRequestIsNamed) {
  EXPECT_EQ(Get("/").status, 404);
  EXPECT_EQ(Get("/v1/spools").status, 404);
  EXPECT_EQ(Post("/v1/dead-letters/1:burn").status, 404);
  EXPECT_EQ(Post("/v1/spool").status, 405);
  EXPECT_EQ(Get("/v1/calls/1:erase").status, 405);
  for (const char* query : {"page_size=0", "page_size=x", "reason=x", "after=x", "colour=red",
                            "call=%zz", "call=1&call=2"}) {
    EXPECT_EQ(Get(absl::StrCat("/v1/dead-letters?", query)).status, 400) << query;
  }
  EXPECT_EQ(Get("/v1/dead-letters/x").status, 400);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
