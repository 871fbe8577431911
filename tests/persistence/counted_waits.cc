#include "tests/persistence/counted_waits.h"

#include <dlfcn.h>
#include <libpq-fe.h>

namespace autopulse::callevents::persistence {

std::atomic<int> pgsql_waits = 0;

namespace {

// Counts, and calls the function of libpq in whose place ours is called.
template <typename Function, typename... Arguments>
auto CountedCall(Function* /*ours*/, const char* name, Arguments... arguments) {
  ++pgsql_waits;
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name))(arguments...);
}

}  // namespace
}  // namespace autopulse::callevents::persistence

using autopulse::callevents::persistence::CountedCall;

extern "C" {

int PQpipelineSync(PGconn* connection) {
  return CountedCall(PQpipelineSync, "PQpipelineSync", connection);
}

PGresult* PQexec(PGconn* connection, const char* text) {
  return CountedCall(PQexec, "PQexec", connection, text);
}

PGresult* PQexecParams(PGconn* connection, const char* text, int count, const Oid* types,
                       const char* const* values, const int* lengths, const int* formats,
                       int result_format) {
  return CountedCall(PQexecParams, "PQexecParams", connection, text, count, types, values, lengths,
                     formats, result_format);
}

PGresult* PQprepare(PGconn* connection, const char* name, const char* text, int count,
                    const Oid* types) {
  return CountedCall(PQprepare, "PQprepare", connection, name, text, count, types);
}

PGresult* PQexecPrepared(PGconn* connection, const char* name, int count, const char* const* values,
                         const int* lengths, const int* formats, int result_format) {
  return CountedCall(PQexecPrepared, "PQexecPrepared", connection, name, count, values, lengths,
                     formats, result_format);
}

}  // extern "C"
