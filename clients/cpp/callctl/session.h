#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/cpp/call_events_client.h"
#include "clients/cpp/callctl/exit_code.h"
#include "google/protobuf/message.h"

namespace autopulse::callevents::callctl {

// How results are printed.
enum class OutputFormat { kTable, kJson };

// What a command works with. Results go to `out`, everything else that is said to `err`.
struct Session {
  const client::CallEventsClient& client;
  OutputFormat format = OutputFormat::kTable;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::size_t wrap_width = 0;   // columns of the terminal that `out` is; 0 if it is none
  bool shows_progress = false;  // `err` is a terminal
  absl::Duration timeout = absl::Seconds(5);  // of one request
  bool tokens_in_clear = false;               // tokens may be sent to other machines without TLS
};

// A command whose arguments are read already. An error is printed by whoever runs it.
using Command = std::function<absl::StatusOr<ExitCode>(Session&)>;

// Prints `message` as the API's standard JSON (lowerCamelCase, enums by name), over several lines.
absl::Status PrintJson(std::ostream& out, const google::protobuf::Message& message);

// The same on one line.
absl::Status PrintJsonLine(std::ostream& out, const google::protobuf::Message& message);

// Returns `error`, worded after `resource` if it says that something was not found: for requests
// that name nothing else.
absl::Status About(const std::string& resource, const absl::Status& error);

// Notes on `err` that there are more of `things` than were asked for.
void NoteMore(Session& session, absl::string_view things);

// The pages of a list as one response, without a page token.
template <typename Response>
struct Listing {
  Response merged;
  bool more = false;  // the service has more than `limit`
};

// Fetches the first `limit` items of a list, or all of them if it is 0, in pages of at most
// `page_size`.
//
//   FetchList(client, &CallEventsClient::ListCalls, request,
//             &v1::ListCallsResponse::mutable_calls, 50, 200);
template <typename Request, typename Response, typename Item>
absl::StatusOr<Listing<Response>> FetchList(
    const client::CallEventsClient& client,
    absl::StatusOr<Response> (client::CallEventsClient::*list)(const Request&) const,
    Request request, google::protobuf::RepeatedPtrField<Item>* (Response::*items)(), int limit,
    int page_size) {
  Listing<Response> listing;
  request.set_page_size(limit == 0 ? page_size : std::min(limit, page_size));
  const absl::Status status = client.ForEachPage(list, std::move(request), [&](Response&& page) {
    auto& all = *(listing.merged.*items)();
    for (Item& item : *(page.*items)()) {
      if (limit > 0 && all.size() == limit) {
        listing.more = true;
        return false;
      }
      *all.Add() = std::move(item);
    }
    listing.more = limit > 0 && all.size() == limit && !page.next_page_token().empty();
    return !listing.more;
  });
  if (!status.ok()) return status;
  return listing;
}

}  // namespace autopulse::callevents::callctl
