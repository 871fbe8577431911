#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/core/call_store.h"

namespace autopulse::callevents::fakes {

// A transcript line and the call it belongs to.
struct FakeTranscriptRow {
  std::int64_t call_id = 0;
  domain::TranscriptEntry entry;
};

// All that a FakeCallStore holds: what a transaction copies, changes and puts back.
struct FakeTables {
  std::map<std::int64_t, domain::ServiceRecord> service_records;
  std::map<std::int64_t, domain::Call> calls;
  std::map<std::int64_t, domain::FoldState> bases;
  std::map<std::int64_t, domain::CallHistory> folded;  // see core::CallWriter::SaveFolded
  std::map<std::string, std::int64_t> progress;
  std::map<std::int64_t, domain::RecordedEvent> events;  // by sequence, transcripts included
  std::map<std::int64_t, FakeTranscriptRow> transcript;
  std::map<std::string, core::CreationRequest> creations;
  std::int64_t last_sequence = 0;
  std::int64_t last_transcript_id = 0;
  std::vector<std::string> open_writers;     // see core::JournalMark
  std::set<std::string> refused_event_ids;   // events that the journal does not take
  std::optional<std::int64_t> data_version;  // see core::CallWriter::DataVersion
};

// What was said in a call, line by line.
inline std::vector<std::string> TranscriptOf(const FakeTables& tables, std::int64_t call_id) {
  std::vector<std::string> contents;
  for (const auto& [id, row] : tables.transcript) {
    if (row.call_id == call_id) contents.push_back(row.entry.content);
  }
  return contents;
}

}  // namespace autopulse::callevents::fakes
