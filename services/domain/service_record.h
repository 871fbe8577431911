#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::domain {

// The word that a service record begins with; no status of a call.
inline constexpr absl::string_view kScheduled = "Scheduled";

// A job of the workshop that calls are made about. Texts are empty if unknown.
struct ServiceRecord {
  std::int64_t id = 0;
  std::string customer_name;
  std::string customer_phone;
  std::string vehicle_info;
  std::string service_type;
  std::string status_word{kScheduled};
  std::optional<absl::Time> appointment_time;
  std::optional<absl::Time> create_time;  // absent in rows that another program made
  std::optional<absl::Time> update_time;  // when the status was last written by an event [M1]
};

}  // namespace autopulse::callevents::domain
