#include "tsdb/block/go_json.h"
#include "tsdb/block/meta.h"

namespace aion::tsdb {
namespace {

template <typename Number>
void OptionalInt(GoJsonPrinter* out, std::string_view name, Number number) {
  if (number == 0) return;
  out->Key(name);
  out->Int(number);
}

template <typename List, typename Print>
void OptionalArray(GoJsonPrinter* out, std::string_view name, const List& list,
                   const Print& print) {
  if (list.empty()) return;
  out->Key(name);
  out->BeginArray();
  for (const auto& element : list) print(element);
  out->EndArray();
}

void PrintDescription(GoJsonPrinter* out, const BlockDescription& block) {
  out->BeginObject();
  out->Key("ulid");
  out->String(block.ulid.ToString());
  out->Key("minTime");
  out->Int(block.min_time);
  out->Key("maxTime");
  out->Int(block.max_time);
  out->EndObject();
}

void PrintStats(GoJsonPrinter* out, const BlockStats& stats) {
  out->BeginObject();
  OptionalInt(out, "numSamples", stats.samples);
  OptionalInt(out, "numFloatSamples", stats.float_samples);
  OptionalInt(out, "numHistogramSamples", stats.histogram_samples);
  OptionalInt(out, "numSeries", stats.series);
  OptionalInt(out, "numChunks", stats.chunks);
  OptionalInt(out, "numTombstones", stats.tombstones);
  out->EndObject();
}

void PrintCompaction(GoJsonPrinter* out, const CompactionMeta& compaction) {
  out->BeginObject();
  out->Key("level");
  out->Int(compaction.level);
  OptionalArray(out, "sources", compaction.sources,
                [&](const Ulid& ulid) { out->String(ulid.ToString()); });
  if (compaction.deletable) {
    out->Key("deletable");
    out->Raw("true");
  }
  OptionalArray(out, "parents", compaction.parents,
                [&](const BlockDescription& block) { PrintDescription(out, block); });
  if (compaction.failed) {
    out->Key("failed");
    out->Raw("true");
  }
  OptionalArray(out, "hints", compaction.hints,
                [&](const std::string& hint) { out->String(hint); });
  out->EndObject();
}

void PrintFile(GoJsonPrinter* out, const BlockFile& file) {
  out->BeginObject();
  out->Key("rel_path");
  out->String(file.rel_path);
  OptionalInt(out, "size_bytes", file.size_bytes);
  if (!file.hash_function.empty()) {
    out->Key("hash");
    out->BeginObject();
    out->Key("hashFunc");
    out->String(file.hash_function);
    out->Key("value");
    out->String(file.hash_value);
    out->EndObject();
  }
  out->EndObject();
}

void PrintThanos(GoJsonPrinter* out, const ThanosMeta& thanos) {
  out->BeginObject();
  OptionalInt(out, "version", thanos.version);
  out->Key("labels");
  out->BeginObject();
  for (const auto& [name, value] : thanos.labels) {
    out->Key(name);
    out->String(value);
  }
  out->EndObject();
  out->Key("downsample");
  out->BeginObject();
  out->Key("resolution");
  out->Int(thanos.resolution_ms);
  out->EndObject();
  out->Key("source");
  out->String(thanos.source);
  OptionalArray(out, "segment_files", thanos.segment_files,
                [&](const std::string& file) { out->String(file); });
  OptionalArray(out, "files", thanos.files, [&](const BlockFile& file) { PrintFile(out, file); });
  OptionalArray(out, "rewrites", thanos.rewrites_json,
                [&](const std::string& text) { out->JsonText(text, false); });
  out->Key("index_stats");
  out->BeginObject();
  OptionalInt(out, "series_max_size", thanos.series_size_max);
  OptionalInt(out, "chunk_max_size", thanos.chunk_size_max);
  out->EndObject();
  if (!thanos.extensions_json.empty()) {
    out->Key("extensions");
    out->JsonText(thanos.extensions_json, true);
  }
  out->Key("upload_time");
  out->String(thanos.upload_time);
  out->EndObject();
}

}  // namespace

std::string PrintMeta(const BlockMeta& meta) {
  GoJsonPrinter out;
  out.BeginObject();
  out.Key("ulid");
  out.String(meta.ulid.ToString());
  out.Key("minTime");
  out.Int(meta.min_time);
  out.Key("maxTime");
  out.Int(meta.max_time);
  out.Key("stats");
  PrintStats(&out, meta.stats);
  out.Key("compaction");
  PrintCompaction(&out, meta.compaction);
  out.Key("version");
  out.Int(meta.version);
  if (meta.thanos.has_value()) {
    out.Key("thanos");
    PrintThanos(&out, *meta.thanos);
  }
  out.EndObject();
  std::string text = out.Take();
  if (meta.thanos.has_value()) text += '\n';
  return text;
}

}  // namespace aion::tsdb
