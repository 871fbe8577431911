#pragma once

#include <cstring>
#include <odb/sqlite/traits.hxx>
#include <string>

#include "persistence/column_types.h"
#include "persistence/timestamp_text.h"

// How generated code for SQLite reads and writes our column types.
namespace odb::sqlite {

// As text in UTC, so that other programs (SQLAlchemy) read it.
template <>
class value_traits<autopulse::callevents::persistence::Timestamp, id_text> {
 public:
  typedef autopulse::callevents::persistence::Timestamp value_type;
  typedef value_type query_type;
  typedef details::buffer image_type;

  static void set_value(value_type& value, const details::buffer& image, std::size_t size,
                        bool is_null) {
    value = is_null ? value_type{}
                    : autopulse::callevents::persistence::ReadTimestamp(image.data(), size);
  }

  static void set_image(details::buffer& image, std::size_t& size, bool& is_null,
                        value_type value) {
    is_null = false;
    const autopulse::callevents::persistence::TimestampText text(value);
    size = text.size();
    if (size > image.capacity()) image.capacity(size);
    std::memcpy(image.data(), text.data(), size);
  }
};

// As ten-thousandths; the column mapping divides and multiplies.
template <>
class value_traits<autopulse::callevents::persistence::Numeric, id_integer> {
 public:
  typedef autopulse::callevents::persistence::Numeric value_type;
  typedef value_type query_type;
  typedef long long image_type;

  static void set_value(value_type& value, long long image, bool is_null) {
    value.ten_thousandths = is_null ? 0 : image;
  }

  static void set_image(long long& image, bool& is_null, value_type value) {
    is_null = false;
    image = value.ten_thousandths;
  }
};

}  // namespace odb::sqlite
