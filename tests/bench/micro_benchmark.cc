// What the parts of one event's way cost by themselves: JSON, translation with the part of JSON
// that it asks for, the fold, the commit.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_parser.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "persistence/open_database.h"
#include "services/base/clock.h"
#include "services/base/counters.h"
#include "services/core/event_recorder.h"
#include "services/domain/fold.h"
#include "services/grpc/from_proto.h"
#include "tests/bench/event_batches.h"
#include "tests/bench/fail.h"
#include "tests/bench/mix.h"
#include "tests/fakes/record.h"

namespace autopulse::callevents::bench {
namespace {

constexpr std::size_t kStatusStep = 1;
constexpr std::size_t kReportStep = 5;

// The mixes lie in this folder; bench.py writes them.
std::string mix_folder;  // NOLINT: set once, by main

Mix NamedMix(const std::string& name) { return ReadMix(mix_folder + "/" + name + ".json"); }

domain::CallEvent EventOf(const Mix& mix, std::size_t step) {
  domain::CallEvent event = rpc::FromProto(TranslateStep(mix, step), absl::Now()).event;
  event.event_id = absl::StrCat("e", step);
  return event;
}

void ParseJson(benchmark::State& state, const std::string& name, std::size_t step) {
  const Mix mix = NamedMix(name);
  for (auto _ : state) benchmark::DoNotOptimize(adapter::ParseJson(mix.bodies[step]));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(mix.bodies[step].size()));
}

void Translate(benchmark::State& state, const std::string& name, std::size_t step) {
  const Mix mix = NamedMix(name);
  base::Counters counters;
  const adapter::vapi::TranslateOptions options{.receive_time = absl::Now()};
  for (auto _ : state) {
    adapter::Warnings warnings(counters);
    benchmark::DoNotOptimize(adapter::vapi::Translate(mix.bodies[step], options, warnings));
  }
}

// The history of a call as long as one life, `events` of it.
domain::CallHistory HistoryOf(const Mix& mix, std::size_t events) {
  domain::CallHistory history;
  for (std::size_t step = 0; step < events; ++step) history.events.push_back(EventOf(mix, step));
  return history;
}

// A whole life is folded.
void Fold(benchmark::State& state) {
  const Mix mix = NamedMix("small");
  const domain::CallHistory history = HistoryOf(mix, mix.steps());
  for (auto _ : state) benchmark::DoNotOptimize(domain::Fold(history, {}));
}

// One more event, the last, is folded in.
void FoldLast(benchmark::State& state) {
  const Mix mix = NamedMix("small");
  const domain::FoldedCall before = domain::Fold(HistoryOf(mix, kReportStep), {});
  const domain::CallEvent report = EventOf(mix, kReportStep);
  for (auto _ : state) {
    domain::FoldedCall folded = before;
    benchmark::DoNotOptimize(domain::FoldLast(folded, report, {}));
  }
}

// A group of events, each the first of its call, into an SQLite file of its own.
void Commit(benchmark::State& state) {
  const auto group = static_cast<std::size_t>(state.range(0));
  const std::filesystem::path file = std::filesystem::path(mix_folder) / "commit.db";
  auto store = persistence::OpenCallStore(absl::StrCat("sqlite:", file.string()));
  if (!store.ok()) Fail(store.status().ToString());
  core::EventRecorder recorder(
      **store, [](const auto&) {}, {}, base::SystemClock());
  const domain::CallEvent event = EventOf(NamedMix("small"), kStatusStep);
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<core::ReportedEvent> events(group);
    const absl::Status registered = (*store)->Write([&](core::CallWriter& calls) {
      for (core::ReportedEvent& reported : events) {
        const absl::StatusOr<std::int64_t> id = calls.InsertCall({});
        if (!id.ok()) return id.status();
        reported.call_id = *id;
        reported.event = event;
      }
      return absl::OkStatus();
    });
    if (!registered.ok()) Fail(registered.ToString());
    state.ResumeTiming();
    for (const auto& receipt : fakes::Record(recorder, events)) {
      if (!receipt.ok()) Fail(receipt.status().ToString());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(group));
}

void Register() {
  for (const char* name : {"small", "real"}) {
    for (const std::size_t step : {kStatusStep, kReportStep}) {
      const std::string what =
          absl::StrCat("/", name, step == kReportStep ? " report" : " status update");
      benchmark::RegisterBenchmark(("ParseJson" + what).c_str(), ParseJson, name, step);
      benchmark::RegisterBenchmark(("Translate" + what).c_str(), Translate, name, step);
    }
  }
  benchmark::RegisterBenchmark("Fold", Fold);
  benchmark::RegisterBenchmark("FoldLast", FoldLast);
  benchmark::RegisterBenchmark("Commit", Commit)->Arg(1)->Arg(64)->UseRealTime();
}

}  // namespace
}  // namespace autopulse::callevents::bench

// usage: bench_micro FOLDER, where the mixes are, and options of Google Benchmark
int main(int argc, char** argv) {
  namespace bench = autopulse::callevents::bench;
  benchmark::Initialize(&argc, argv);
  if (argc != 2) bench::Fail("usage: bench_micro FOLDER [--benchmark_...]");
  bench::mix_folder = argv[1];
  bench::Register();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
