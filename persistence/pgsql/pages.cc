#include "persistence/pgsql/pages.h"

#include <libpq-fe.h>

#include <cstddef>
#include <map>
#include <odb/pgsql/error.hxx>
#include <odb/pgsql/query.hxx>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "persistence/entities-odb-pgsql.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/pgsql/pipeline.h"
#include "persistence/pgsql/select.h"
#include "persistence/pgsql/transaction.h"

namespace autopulse::callevents::persistence {
namespace {

// `clause` with its parameters counted from `first` + 1 on.
std::string Renumbered(const std::string& clause, std::size_t first) {
  std::string renumbered;
  for (std::size_t i = 0; i < clause.size(); ++i) {
    renumbered.push_back(clause[i]);
    if (clause[i] != '$') continue;
    std::size_t end = i + 1;
    while (end < clause.size() && absl::ascii_isdigit(clause[end])) ++end;
    std::size_t number = 0;
    if (!absl::SimpleAtoi(clause.substr(i + 1, end - i - 1), &number)) continue;
    absl::StrAppend(&renumbered, first + number);
    i = end - 1;
  }
  return renumbered;
}

// A statement with its parameters, which belong to the parts that it is made of.
struct Question {
  std::string text;
  std::vector<Oid> types;
  PgsqlColumns::Parameters parameters;
};

Question Ask(const std::vector<odb::pgsql::query_base>& parts, int limit) {
  using Traits = odb::access::object_traits_impl<CallRow, odb::id_pgsql>;
  Question question;
  std::vector<std::string> selects;
  for (const odb::pgsql::query_base& part : parts) {
    selects.push_back(absl::StrCat("(", Traits::query_statement, " ",
                                   Renumbered(part.clause(), question.types.size()), " LIMIT ",
                                   limit, ")"));
    part.init_parameters();
    const odb::pgsql::native_binding& bound = part.parameters_binding();
    for (std::size_t i = 0; i < part.parameter_count(); ++i) {
      question.types.push_back(part.parameter_types()[i]);
      question.parameters.values.push_back(bound.values[i]);
      question.parameters.lengths.push_back(bound.lengths[i]);
      question.parameters.formats.push_back(bound.formats[i]);
    }
  }
  question.text = absl::StrJoin(selects, " UNION ALL ");
  if (selects.size() > 1) absl::StrAppend(&question.text, " LIMIT ", limit);
  return question;
}

// The statements that connections keep, by their texts. They differ in what a page is ordered by,
// how many calls it has and whether it is the first; beyond so many a text gets none: null.
const PgsqlStatement* KeptStatement(const Question& question) {
  constexpr std::size_t kMost = 64;
  static auto& mutex = *new absl::Mutex();
  static auto& statements = *new std::map<std::string, PgsqlStatement>();
  const absl::MutexLock lock(&mutex);
  const auto found = statements.find(question.text);
  if (found != statements.end()) return &found->second;
  if (statements.size() >= kMost) return nullptr;
  PgsqlStatement statement{.name = absl::StrCat("page_", statements.size()),
                           .text = question.text,
                           .types = question.types};
  return &statements.emplace(question.text, std::move(statement)).first->second;
}

PgsqlPipeline::Result RunOnce(const Question& question) {
  odb::pgsql::connection& connection = PgsqlTransaction::Current().connection();
  PgsqlPipeline::Result result(
      PQexecParams(connection.handle(), question.text.c_str(),
                   static_cast<int>(question.types.size()), question.types.data(),
                   question.parameters.values.data(), question.parameters.lengths.data(),
                   question.parameters.formats.data(), /*resultFormat=*/1),
      PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
    odb::pgsql::translate_error(connection, result.get());
  }
  return result;
}

}  // namespace

std::vector<domain::Call> SelectCallsFromPgsql(const std::vector<odb::query_base>& parts, int limit,
                                               bool keep) {
  const std::vector<odb::pgsql::query_base> translated(parts.begin(), parts.end());
  const Question question = Ask(translated, limit);
  const PgsqlStatement* const kept = keep ? KeptStatement(question) : nullptr;
  const PgsqlPipeline::Result page =
      kept != nullptr ? PgsqlTransaction::Current().Run(*kept, question.parameters)
                      : RunOnce(question);
  std::vector<domain::Call> calls;
  calls.reserve(static_cast<std::size_t>(PQntuples(page.get())));
  ForEachRow<CallRow>(page.get(), [&](const CallRow& row) { calls.push_back(FromEntity(row)); });
  return calls;
}

}  // namespace autopulse::callevents::persistence
