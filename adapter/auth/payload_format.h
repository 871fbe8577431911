#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::auth {

// What a payload format can name.
enum class Placeholder { kNone, kBody, kTimestamp, kMethod, kUrl, kMessageId };

// What stands for the placeholders of one request.
struct PayloadValues {
  absl::string_view body;
  absl::string_view timestamp;
  absl::string_view method;
  absl::string_view url;
  absl::string_view message_id;
};

// What a sender signs, such as `{timestamp}.{body}`: text and the placeholders {body}, {timestamp},
// {method}, {url} and {svix-id}, the message's id. Immutable.
class PayloadFormat {
 public:
  // Fails with INVALID_ARGUMENT for an unknown placeholder, or without {body}: the body would not
  // be signed.
  static absl::StatusOr<PayloadFormat> Parse(absl::string_view text);

  // Whether the format names it.
  bool Has(Placeholder placeholder) const;

  // The format as it was written.
  const std::string& text() const { return text_; }

  // The pieces of what is signed, in order: signing them one after the other copies no body.
  std::vector<absl::string_view> Pieces(const PayloadValues& values) const;

 private:
  struct Part {
    Placeholder placeholder = Placeholder::kNone;
    std::string literal;
  };

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace autopulse::callevents::adapter::auth
