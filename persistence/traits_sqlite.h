#pragma once

#include <odb/sqlite/traits.hxx>

#include "persistence/column_types.h"
#include "persistence/timestamp_traits.h"

// How generated code for SQLite reads and writes our column types.
namespace odb::sqlite {

// The text itself, so that other programs (SQLAlchemy) read it.
template <>
class value_traits<autopulse::callevents::persistence::Timestamp, id_text>
    : public autopulse::callevents::persistence::TimestampTextTraits<details::buffer> {};

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
