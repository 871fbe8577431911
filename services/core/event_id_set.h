#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::core {

// The ids of a call's events, in few bytes: it tells for certain which ids are new [O1].
class EventIdSet {
 public:
  // Of a call without events.
  static EventIdSet Empty() { return EventIdSet(/*is_known=*/true); }

  // Of a call of which it is not known what events it has.
  static EventIdSet Unknown() { return EventIdSet(/*is_known=*/false); }

  // Whether the call may have an event of this id; the database knows whether it has.
  bool MayContain(absl::string_view event_id) const {
    return !is_known_ || std::find(hashes_.begin(), hashes_.end(), Hash(event_id)) != hashes_.end();
  }

  void Add(absl::string_view event_id) {
    if (is_known_) hashes_.push_back(Hash(event_id));
    if (hashes_.size() > kMostIds) *this = Unknown();  // such a call is not worth the memory
  }

 private:
  static constexpr std::size_t kMostIds = 64;

  explicit EventIdSet(bool is_known) : is_known_(is_known) {}

  static std::size_t Hash(absl::string_view event_id) {
    return absl::Hash<absl::string_view>()(event_id);
  }

  bool is_known_;
  std::vector<std::size_t> hashes_;
};

}  // namespace autopulse::callevents::core
