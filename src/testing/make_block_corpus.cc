// Writes the fuzz seeds of chunk, tsdb/index and tsdb/block from our own builders:
// make_block_corpus test/corpus

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "chunk/aggregate.h"
#include "chunk/xor.h"
#include "testing/block_builder.h"
#include "tsdb/block/tombstones.h"

namespace aion::testing {
namespace {

class CorpusWriter {
 public:
  explicit CorpusWriter(std::string directory) : directory_(std::move(directory)) {}
  void Write(const std::string& target, const std::string& name, std::string_view bytes) {
    const std::string folder = JoinPath(directory_, target);
    Status status = Env::Posix().MakeDirectories(folder);
    if (status.ok()) status = WriteFileAtomically(Env::Posix(), JoinPath(folder, name), bytes);
    if (!status.ok()) fmt::print(stderr, "{}\n", status.ToString());
    failed_ |= !status.ok();
  }
  bool failed() const { return failed_; }

 private:
  std::string directory_;
  bool failed_ = false;
};

std::string Xor(size_t count, double increment, int64_t jitter) {
  chunk::XorAppender appender;
  for (size_t i = 0; i < count; ++i) {
    const auto step = static_cast<int64_t>(i);
    appender.Append(1767225600000 + step * 15000 + step * step % 7 * jitter,
                    static_cast<double>(i) * increment);
  }
  return appender.Take();
}

model::Histogram HistogramAt(int64_t step, bool custom) {
  model::Histogram histogram;
  histogram.schema = custom ? model::kCustomBucketsSchema : 2;
  if (custom) histogram.custom_values = {0.5, 1, 33554.431};
  if (!custom) histogram.negative_spans = {{0, 1}};
  if (!custom) histogram.negative_buckets = {step};
  histogram.positive_spans = {{0, 2}, {1, 1}};
  histogram.positive_buckets = {step, 1, -step};
  histogram.count = static_cast<uint64_t>(10 * step);
  histogram.sum = 1.5 * static_cast<double>(step);
  return histogram;
}

std::string Histogram(bool custom) {
  chunk::HistogramAppender appender(chunk::CounterResetHeader::kUnknown);
  for (int64_t i = 0; i < 6; ++i) appender.Append(1000 + i * 15000, HistogramAt(i, custom));
  return appender.Take();
}

std::string FloatHistogram() {
  chunk::FloatHistogramAppender appender(chunk::CounterResetHeader::kGauge);
  for (int64_t i = 0; i < 4; ++i)
    appender.Append(1000 + i * 15000, model::ToFloat(HistogramAt(i, false)));
  return appender.Take();
}

std::string Aggregate() {
  const std::string floats = Xor(5, 2, 0);
  const std::string histogram = Histogram(false);
  chunk::AggregateSlots slots;
  slots[0] = {chunk::Encoding::kXor, floats};
  slots[1] = slots[4] = {chunk::Encoding::kHistogram, histogram};
  slots[3] = {chunk::Encoding::kXor, floats};
  std::string out;
  chunk::AppendAggregate(slots, &out);
  return out;
}

void WriteChunks(CorpusWriter* corpus) {
  corpus->Write("xor_fuzz", "empty", std::string_view("\0\0", 2));
  corpus->Write("xor_fuzz", "one", Xor(1, 1, 0));
  corpus->Write("xor_fuzz", "constant", Xor(60, 0, 0));
  corpus->Write("xor_fuzz", "counter", Xor(40, 3, 1));
  corpus->Write("xor_fuzz", "jitter", Xor(12, 0.1, 100000));
  corpus->Write("histogram_fuzz", "integer", std::string(1, '\0') + Histogram(false));
  corpus->Write("histogram_fuzz", "custom", std::string(1, '\0') + Histogram(true));
  corpus->Write("histogram_fuzz", "float", std::string(1, '\1') + FloatHistogram());
  corpus->Write("histogram_fuzz", "start_times", std::string(1, '\2') + Histogram(false));
  corpus->Write("aggr_fuzz", "mixed", Aggregate());
  corpus->Write("aggr_fuzz", "absent", std::string(5, '\0'));
}

std::string FileOf(const std::string& directory, const std::string& name) {
  StatusOr<std::string> bytes = ReadFile(Env::Posix(), JoinPath(directory, name));
  return bytes.ok() ? *bytes : "";
}

void WriteBlockFiles(CorpusWriter* corpus) {
  BlockSpec spec;
  for (const char* job : {"a", "b"}) {
    spec.series.push_back(
        CounterSeries(model::Labels{{"__name__", "n"}, {"job", job}}, 0, 15000, 10));
  }
  spec.samples_per_chunk = 5;
  spec.external_labels = {{"cluster", "eu1"}};
  const std::string parent =
      (std::filesystem::temp_directory_path() / fmt::format("make_block_corpus_{}", ::getpid()))
          .string();
  StatusOr<tsdb::BlockMeta> meta = BuildBlock(Env::Posix(), parent, spec);
  if (!meta.ok()) return corpus->Write("index_fuzz", "", "");
  const std::string directory = JoinPath(parent, meta->ulid.ToString());
  corpus->Write("index_fuzz", "v2", FileOf(directory, "index"));
  corpus->Write("chunk_segment_fuzz", "two_series", FileOf(directory, "chunks/000001"));
  corpus->Write("meta_fuzz", "thanos", FileOf(directory, "meta.json"));
  meta->thanos.reset();
  corpus->Write("meta_fuzz", "prometheus", tsdb::PrintMeta(*meta));
  (void)Env::Posix().RemoveAll(parent);

  const std::vector<tsdb::ChunkMeta> chunks = {{0, 10, 8}, {20, 30, 100}};
  corpus->Write(
      "index_fuzz", "v1",
      BuildIndexV1({{model::Labels{{"a", "x"}}, chunks}, {model::Labels{{"a", "y"}}, chunks}}));
  std::string entry;
  tsdb::AppendSeriesEntry({{1, 2}, {3, 400}}, chunks, &entry);
  corpus->Write("series_entry_fuzz", "two_chunks", entry);
  entry.clear();
  tsdb::AppendSeriesEntry({}, {}, &entry);
  corpus->Write("series_entry_fuzz", "empty", entry);
  // The target puts the frame around the rows.
  const std::string tombstones =
      tsdb::PrintTombstones({{1, {{0, 10}, {20, 30}}}, {500, {{-5, 5}}}});
  corpus->Write("tombstones_fuzz", "rows",
                std::string_view(tombstones).substr(5, tombstones.size() - 9));
  corpus->Write("tombstones_fuzz", "file", tombstones);
}

}  // namespace
}  // namespace aion::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: {} CORPUS_DIRECTORY\n", argv[0]);
    return 2;
  }
  aion::testing::CorpusWriter corpus(argv[1]);
  aion::testing::WriteChunks(&corpus);
  aion::testing::WriteBlockFiles(&corpus);
  return corpus.failed() ? 1 : 0;
}
