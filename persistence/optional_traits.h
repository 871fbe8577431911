#pragma once

#include <odb/traits.hxx>
#include <odb/wrapper-traits.hxx>
#include <optional>

#include "persistence/column_types.h"

// What the ODB compiler and its generated code need to know of our column types.

// Column types that ODB does not know, as ones that it does: what a statement puts around a value
// on its way in (`to`) and out (`from`).
#if defined(ODB_COMPILER) && defined(ODB_DATABASE_SQLITE)
#pragma db map type("DATETIME") as("TEXT")
#pragma db map type("NUMERIC\\(10, ?4\\)") as("INTEGER") to("(?) / 10000.0") \
    from("CAST(ROUND((?) * 10000) AS INTEGER)")
#endif
#if defined(ODB_COMPILER) && defined(ODB_DATABASE_PGSQL)
// A TIMESTAMP is the time of day somewhere; which one a TIMESTAMPTZ has in UTC is told exactly on
// the way in. On the way out both are the same number, in UTC: ODB reads them in binary form.
#pragma db map type("TIMESTAMPTZ") as("TIMESTAMP") to("(?) AT TIME ZONE 'UTC'")
#pragma db map type("NUMERIC\\(10, ?4\\)") as("BIGINT") to("(?)::NUMERIC / 10000") \
    from("((?) * 10000)::BIGINT")
#endif

#pragma db value(autopulse::callevents::persistence::Timestamp) type("DATETIME") \
    pgsql : type("TIMESTAMPTZ")
#pragma db value(autopulse::callevents::persistence::Numeric) type("NUMERIC(10,4)")

namespace odb {

// std::optional is a column that may be NULL.
template <typename T>
class wrapper_traits<std::optional<T>> {
 public:
  typedef T wrapped_type;
  typedef std::optional<T> wrapper_type;
  typedef T unrestricted_wrapped_type;

  static const bool null_handler = true;
  static const bool null_default = true;

  static bool get_null(const wrapper_type& wrapper) { return !wrapper.has_value(); }
  static void set_null(wrapper_type& wrapper) { wrapper.reset(); }
  static const wrapped_type& get_ref(const wrapper_type& wrapper) { return *wrapper; }
  static unrestricted_wrapped_type& set_ref(wrapper_type& wrapper) {
    return wrapper ? *wrapper : wrapper.emplace();
  }
};

}  // namespace odb
