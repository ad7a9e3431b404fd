// bench_blocks writes the bench data: a filesystem bucket of 2 h blocks with Thanos metadata
// (README.md beside this file).
//
//   bench_blocks --out DIR [--series 10000] [--hours 24] [--start 1767225600]
//                [--replica a] [--shift-seconds 0] [--miss 0]
//
// Prints counts and a checksum over all index and chunk files, which is the same on every machine.

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/hash.h"
#include "bench_series.h"
#include "chunk/xor.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/block/mapped_file.h"

namespace aion::bench {
namespace {

constexpr int64_t kStepMs = 15000;
constexpr int64_t kBlockMs = 2 * 3600 * 1000;
constexpr int64_t kStepsPerBlock = kBlockMs / kStepMs;
constexpr size_t kSamplesPerChunk = 120;
constexpr int64_t kMissCycle = 1000;

struct Options {
  std::string out;
  int64_t series = 10000;
  int64_t hours = 24;
  int64_t start_seconds = 1767225600;
  std::string replica = "a";
  int64_t shift_seconds = 0;  ///< Added to every timestamp.
  int64_t miss = 0;           ///< Of every thousand scrapes the last this many are missed.
};

struct Totals {
  uint64_t samples = 0;
  uint64_t bytes = 0;
  uint64_t blocks = 0;
  uint32_t checksum = 0;
};

/// Takes the next steps of a series and encodes them in chunks; `storage` owns their bytes.
std::vector<tsdb::ChunkToWrite> NextChunks(const Options& options, int64_t first_step,
                                           BenchSeries* series, std::vector<std::string>* storage) {
  storage->clear();
  storage->reserve(kStepsPerBlock / kSamplesPerChunk + 1);  // The views below must not move.
  std::vector<tsdb::ChunkToWrite> chunks;
  chunk::XorAppender appender;
  TimestampMs min_time = 0;
  const auto cut = [&] {
    const TimestampMs max_time = appender.last_time();
    storage->push_back(appender.Take());
    chunks.push_back({min_time, max_time, chunk::Encoding::kXor, storage->back()});
  };
  for (int64_t step = first_step; step < first_step + kStepsPerBlock; ++step) {
    const double value = series->Next();
    if (step % kMissCycle >= kMissCycle - options.miss) continue;
    const TimestampMs time =
        (options.start_seconds + options.shift_seconds) * 1000 + step * kStepMs;
    if (appender.count() == 0) min_time = time;
    appender.Append(time, value);
    if (appender.count() == kSamplesPerChunk) cut();
  }
  if (appender.count() > 0) cut();
  return chunks;
}

Status AddFile(const std::string& directory, const std::string& path, tsdb::ThanosMeta* thanos,
               Totals* totals) {
  ASSIGN_OR_RETURN(const Buffer file, tsdb::MapFile(JoinPath(directory, path)));
  thanos->files.push_back({path, static_cast<int64_t>(file.size()), "", ""});
  totals->checksum = Crc32c(file.view(), totals->checksum);
  totals->bytes += file.size();
  return OkStatus();
}

Status WriteBlock(const Options& options, int64_t number, const std::set<std::string>& symbols,
                  std::vector<BenchSeries>* all_series, Totals* totals) {
  const int64_t first_step = number * kStepsPerBlock;
  tsdb::BlockMeta meta;
  meta.min_time = options.start_seconds * 1000 + number * kBlockMs;
  meta.max_time = meta.min_time + kBlockMs;
  Random random(XxHash64(options.replica) + static_cast<uint64_t>(number));
  meta.ulid = Ulid::Make(meta.max_time, random);
  meta.compaction.sources = {meta.ulid};
  const std::string directory = JoinPath(options.out, meta.ulid.ToString());
  ASSIGN_OR_RETURN(auto writer, tsdb::BlockWriter::Create(Env::Posix(), directory, {}));
  for (const std::string& symbol : symbols) RETURN_IF_ERROR(writer->AddSymbol(symbol));
  std::vector<std::string> storage;
  for (BenchSeries& series : *all_series) {
    RETURN_IF_ERROR(
        writer->AddSeries(series.labels(), NextChunks(options, first_step, &series, &storage)));
  }
  RETURN_IF_ERROR(writer->FinishFiles());

  tsdb::ThanosMeta& thanos = meta.thanos.emplace();
  thanos.labels = {{"cluster", "eu1"}, {"replica", options.replica}};
  thanos.source = "sidecar";
  thanos.segment_files = writer->SegmentFiles();
  for (const std::string& segment : thanos.segment_files) {
    RETURN_IF_ERROR(AddFile(directory, "chunks/" + segment, &thanos, totals));
  }
  RETURN_IF_ERROR(AddFile(directory, "index", &thanos, totals));
  thanos.files.push_back({std::string(tsdb::kMetaFileName), 0, "", ""});
  meta.stats = writer->stats();
  totals->samples += meta.stats.samples;
  ++totals->blocks;
  return WriteFileAtomically(Env::Posix(), JoinPath(directory, tsdb::kMetaFileName),
                             tsdb::PrintMeta(meta));
}

Status WriteBucket(const Options& options) {
  std::vector<BenchSeries> series = MakeBenchSeries(static_cast<size_t>(options.series));
  std::set<std::string> symbols;
  for (const BenchSeries& one : series) {
    for (const model::LabelView& label : one.labels()) {
      symbols.emplace(label.name);
      symbols.emplace(label.value);
    }
  }
  Totals totals;
  for (int64_t number = 0; number * kBlockMs < options.hours * 3600 * 1000; ++number) {
    RETURN_IF_ERROR(WriteBlock(options, number, symbols, &series, &totals));
  }
  fmt::print("blocks {} series {} samples {} bytes {} checksum {:08x}\n", totals.blocks,
             series.size(), totals.samples, totals.bytes, totals.checksum);
  return OkStatus();
}

bool ParseOptions(int argc, char** argv, Options* options) {
  const std::map<std::string, int64_t*> numbers = {{"--series", &options->series},
                                                   {"--hours", &options->hours},
                                                   {"--start", &options->start_seconds},
                                                   {"--shift-seconds", &options->shift_seconds},
                                                   {"--miss", &options->miss}};
  const std::map<std::string, std::string*> texts = {{"--out", &options->out},
                                                     {"--replica", &options->replica}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (const auto number = numbers.find(argv[i]); number != numbers.end()) {
      char* end = nullptr;
      *number->second = std::strtoll(argv[i + 1], &end, 10);
      if (*end != '\0' || *number->second < 0) return false;
    } else if (const auto text = texts.find(argv[i]); text != texts.end()) {
      *text->second = argv[i + 1];
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && !options->out.empty() && options->miss < kMissCycle;
}

}  // namespace
}  // namespace aion::bench

int main(int argc, char** argv) {
  aion::bench::Options options;
  if (!aion::bench::ParseOptions(argc, argv, &options)) {
    fmt::print(
        stderr,
        "usage: {} --out DIR [--series N] [--hours N] [--start UNIX_SECONDS] [--replica NAME] "
        "[--shift-seconds N] [--miss N_OF_1000]\n",
        argv[0]);
    return 2;
  }
  const aion::Status status = aion::bench::WriteBucket(options);
  if (!status.ok()) {
    fmt::print(stderr, "bench_blocks: {}\n", status.ToString());
    return 1;
  }
  return 0;
}
