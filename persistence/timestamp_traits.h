#pragma once

#include <cstddef>
#include <cstring>

#include "persistence/column_types.h"
#include "persistence/timestamp_text.h"

namespace autopulse::callevents::persistence {

// How ODB reads and writes a time that it knows as text, in UTC; `Buffer` is the database's own.
template <typename Buffer>
class TimestampTextTraits {
 public:
  typedef Timestamp value_type;
  typedef Timestamp query_type;
  typedef Buffer image_type;

  static void set_value(Timestamp& value, const Buffer& image, std::size_t size, bool is_null) {
    value = is_null ? Timestamp{} : ReadTimestamp(image.data(), size);
  }

  static void set_image(Buffer& image, std::size_t& size, bool& is_null, Timestamp value) {
    is_null = false;
    const TimestampText text(value);
    size = text.size();
    if (size > image.capacity()) image.capacity(size);
    std::memcpy(image.data(), text.data(), size);
  }
};

}  // namespace autopulse::callevents::persistence
