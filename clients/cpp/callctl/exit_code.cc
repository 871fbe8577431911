#include "clients/cpp/callctl/exit_code.h"

#include "absl/strings/str_cat.h"
#include "clients/cpp/callctl/terminal_text.h"

namespace autopulse::callevents::callctl {

ExitCode ExitCodeFor(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kNotLetIn;
    default:
      return ExitCode::kFailure;
  }
}

std::string ErrorSentence(const absl::Status& error, const client::ClientOptions& options) {
  std::string message = EscapeForTerminal(error.message());
  const std::string service = EscapeForTerminal(options.channel.service);
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::StrCat("cannot reach the service at ", service,
                          ": is call-event-service running? (", message, ")");
    case absl::StatusCode::kDeadlineExceeded:
      return absl::StrCat("no answer from the service at ", service, " within ",
                          absl::FormatDuration(options.timeout), ": try a longer --timeout");
    case absl::StatusCode::kNotFound:
      return message.empty() ? "not found" : message;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return absl::StrCat("refused: ", message);
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return absl::StrCat("the service at ", service, " does not let callctl in: ", message);
    case absl::StatusCode::kUnimplemented:
      return absl::StrCat("the service at ", service, " does not know this request: ",
                          "is it another program, or an older version? (", message, ")");
    case absl::StatusCode::kUnknown:
      return message;
    default:
      return absl::StrCat(message, " (", absl::StatusCodeToString(error.code()), ")");
  }
}

}  // namespace autopulse::callevents::callctl
