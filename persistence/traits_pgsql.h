#pragma once

#include <odb/pgsql/traits.hxx>

#include "persistence/column_types.h"
#include "persistence/timestamp_traits.h"

// How generated code for PostgreSQL reads and writes our column types.
namespace odb::pgsql {

// The column mapping makes a TIMESTAMPTZ of the text.
template <>
class value_traits<autopulse::callevents::persistence::Timestamp, id_string>
    : public autopulse::callevents::persistence::TimestampTextTraits<details::buffer> {};

// As ten-thousandths; the column mapping divides and multiplies.
template <>
class value_traits<autopulse::callevents::persistence::Numeric, id_bigint> {
 public:
  typedef autopulse::callevents::persistence::Numeric value_type;
  typedef value_type query_type;
  typedef long long image_type;

  static void set_value(value_type& value, long long image, bool is_null) {
    long long ten_thousandths = 0;
    value_traits<long long, id_bigint>::set_value(ten_thousandths, image, is_null);
    value.ten_thousandths = ten_thousandths;
  }

  static void set_image(long long& image, bool& is_null, value_type value) {
    value_traits<long long, id_bigint>::set_image(image, is_null, value.ten_thousandths);
  }
};

}  // namespace odb::pgsql
