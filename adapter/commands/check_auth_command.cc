#include "adapter/commands/check_auth_command.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapter/auth/auth_file.h"
#include "adapter/auth/explanation.h"
#include "adapter/auth/signature_header.h"
#include "adapter/http/head.h"
#include "adapter/program.h"
#include "services/base/process.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

// What one run is told.
struct Told {
  auth::AuthFiles auth_files;
  std::string request;
  std::string head;
  std::string body;
  std::string at;
};

// A request as it was captured. The head has CR LF at the end of each line.
struct Captured {
  std::string head;
  std::string body;
};

absl::StatusOr<std::string> ReadWhole(const std::string& flag, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("--", flag, ": cannot read '", path, "'"));
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// A head as people save it: with LF alone, or without its first line, or without its last one. In
// HTTP/1.0 none of its headers has to be there.
std::string MendedHead(absl::string_view head) {
  std::string mended = absl::StrReplaceAll(head, {{"\r\n", "\r\n"}, {"\n", "\r\n"}});
  const absl::string_view first_line = absl::string_view(mended).substr(0, mended.find("\r\n"));
  if (!absl::StrContains(first_line, " HTTP/")) mended = "POST / HTTP/1.0\r\n" + mended;
  while (!absl::EndsWith(mended, "\r\n\r\n")) mended += "\r\n";
  return mended;
}

absl::StatusOr<Captured> ReadCaptured(const Told& told) {
  if (told.request.empty() == (told.head.empty() || told.body.empty())) {
    return absl::InvalidArgumentError("check-auth wants --request, or --head and --body");
  }
  if (told.request.empty()) {
    ASSIGN_OR_RETURN(const std::string head, ReadWhole("head", told.head));
    ASSIGN_OR_RETURN(std::string body, ReadWhole("body", told.body));
    return Captured{MendedHead(head), std::move(body)};
  }
  ASSIGN_OR_RETURN(const std::string request, ReadWhole("request", told.request));
  const std::size_t crlf = request.find("\r\n\r\n");
  const std::size_t lf = request.find("\n\n");
  if (crlf == std::string::npos && lf == std::string::npos) {
    return absl::InvalidArgumentError("--request: there is no empty line behind the head");
  }
  const std::size_t body_begin = crlf < lf ? crlf + 4 : lf + 2;
  return Captured{MendedHead(request.substr(0, body_begin)), request.substr(body_begin)};
}

absl::StatusOr<absl::Time> ReadTime(const std::string& text) {
  if (text.empty()) return absl::Now();
  if (const auto seconds = auth::ParseTimestamp(text)) return *seconds;
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return absl::InvalidArgumentError(
      absl::StrCat("--at: '", text, "' is no time such as 2026-01-31T12:00:00Z"));
}

void PrintRequest(const http::RequestHead& head, absl::string_view body, absl::Time now) {
  std::cout << "request: " << absl::CHexEscape(head.method) << ' ' << absl::CHexEscape(head.target)
            << ", " << body.size() << " bytes of body, SHA-256 "
            << absl::BytesToHexString(auth::Sha256(body))
            << "\nat: " << absl::FormatTime(absl::RFC3339_full, now, absl::UTCTimeZone()) << '\n';
  const auto lengths = head.Values("Content-Length");
  if (lengths.size() == 1 && lengths.front() != absl::StrCat(body.size())) {
    std::cout << "  no  Content-Length is " << absl::CHexEscape(lengths.front())
              << ": the body is not what was sent\n";
  }
  if (!head.Values("Transfer-Encoding").empty()) {
    std::cout << "  no  the body was sent in chunks: give it without their frames, by --body\n";
  }
}

// Prints what the adapter would say of the request, and why. Whether it is let in.
bool Judge(const auth::AuthPolicy& policy, const Captured& captured, absl::Time now) {
  http::RequestHead head;
  if (const auto error = http::ParseHead(captured.head, http::HeadLimits(), head)) {
    std::cout << "refused: " << error->sentence << '\n';
    return false;
  }
  PrintRequest(head, captured.body, now);
  for (const auto& [title, steps] : auth::Explain(policy, head, captured.body, now)) {
    std::cout << title << '\n';
    for (const auth::Step& step : steps) {
      std::cout << (step.ok ? "  ok  " : "  no  ") << step.text << '\n';
    }
  }
  const auth::Verdict verdict = policy.AuthenticateWhole(head, captured.body, now);
  const bool let_in = verdict.refusal == auth::Refusal::kNone;
  if (let_in) {
    std::cout << "let in by " << verdict.credential << '\n';
  } else {
    std::cout << "refused: " << auth::RefusalName(verdict.refusal) << '\n';
  }
  return let_in;
}

int Run(const Told& told) {
  const absl::StatusOr<absl::Time> now = ReadTime(told.at);
  if (!now.ok()) return FailOnSettings(now.status());
  const absl::StatusOr<Captured> captured = ReadCaptured(told);
  if (!captured.ok()) return FailOnSettings(captured.status());
  const absl::StatusOr<auth::AuthPolicy> policy = auth::LoadAuthPolicy(told.auth_files);
  if (!policy.ok()) return Fail(base::kExitConfiguration, policy.status().message());

  const bool let_in = Judge(*policy, *captured, *now);
  if (const absl::Status written = base::FlushStandardOutput(); !written.ok()) {
    return Fail(base::kExitFailure, written.message());
  }
  return let_in ? base::kExitOk : base::kExitFailure;
}

}  // namespace

void AddCheckAuthCommand(base::Settings& settings) {
  const auto told = std::make_shared<Told>();
  base::Settings& check = settings.AddCommand(
      "check-auth", "Say why a captured request is let in or not; shows no secret",
      "Exits with 0 if it is let in, with 1 if it is not.\n"
      "Examples:\n"
      "  vapi-webhook-adapter check-auth --webhook-auth-file=auth.json --request=captured.http\n"
      "  vapi-webhook-adapter check-auth --webhook-auth-file=auth.json --head=head.txt \\\n"
      "    --body=body.json --at=2026-01-31T12:00:00Z",
      [told] { return Run(*told); });
  check.Add("webhook-secret-file", told->auth_files.secret_file, "As for the adapter itself");
  check.Add("webhook-auth-file", told->auth_files.auth_file, "As for the adapter itself");
  check.AddChosen("request", told->request, "File with a whole request: head, empty line, body");
  check.AddChosen("head", told->head, "File with the header lines, with or without a request line");
  check.AddChosen("body", told->body, "File with the body, byte by byte");
  check.AddChosen("at", told->at,
                  "When it came, as 2026-01-31T12:00:00Z or in seconds since 1970; now if not "
                  "given");
}

}  // namespace autopulse::callevents::adapter
