#include <fmt/core.h>

#include <boost/json.hpp>

#include "tsdb/block/meta.h"

namespace aion::tsdb {
namespace {

namespace json = boost::json;

/// Reads fields and remembers the first one of a wrong type. A field not there, or null, leaves its
/// target alone.
class FieldReader {
 public:
  explicit FieldReader(std::string* error) : error_(error) {}

  const json::value* Find(const json::object& object, std::string_view name) const {
    const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  template <typename Int>
  void Int64(const json::object& object, std::string_view name, Int* out) {
    const json::value* value = Find(object, name);
    if (value == nullptr) return;
    json::error_code error;
    const auto number = value->to_number<Int>(error);
    if (!value->is_number() || error) return Fail(name, "an integer");
    *out = number;
  }
  void Bool(const json::object& object, std::string_view name, bool* out) {
    const json::value* value = Find(object, name);
    if (value == nullptr) return;
    if (!value->is_bool()) return Fail(name, "a boolean");
    *out = value->get_bool();
  }
  void String(const json::object& object, std::string_view name, std::string* out) {
    if (const json::value* value = Find(object, name)) StringValue(*value, name, out);
  }
  void StringValue(const json::value& value, std::string_view name, std::string* out) {
    if (!value.is_string()) return Fail(name, "a string");
    out->assign(value.get_string().data(), value.get_string().size());
  }
  void UlidValue(const json::value& value, std::string_view name, Ulid* out) {
    std::string text;
    StringValue(value, name, &text);
    StatusOr<Ulid> ulid = Ulid::Parse(text);
    if (!ulid.ok()) return Fail(name, "a ULID");
    *out = *ulid;
  }
  template <typename Each>
  void Array(const json::object& object, std::string_view name, const Each& each) {
    const json::value* value = Find(object, name);
    if (value == nullptr) return;
    if (!value->is_array()) return Fail(name, "an array");
    for (const json::value& element : value->get_array()) each(element);
  }
  template <typename Read>
  void Object(const json::object& object, std::string_view name, const Read& read) {
    if (const json::value* value = Find(object, name)) ObjectValue(*value, name, read);
  }
  template <typename Read>
  void ObjectValue(const json::value& value, std::string_view name, const Read& read) {
    if (!value.is_object()) return Fail(name, "an object");
    read(value.get_object());
  }
  void Fail(std::string_view name, std::string_view wanted) {
    if (error_->empty()) *error_ = fmt::format("{} is not {}", name, wanted);
  }

 private:
  std::string* error_;
};

std::string Text(const json::value& value) { return json::serialize(value); }

void ReadStats(const json::object& object, FieldReader* reader, BlockStats* stats) {
  reader->Int64(object, "numSamples", &stats->samples);
  reader->Int64(object, "numFloatSamples", &stats->float_samples);
  reader->Int64(object, "numHistogramSamples", &stats->histogram_samples);
  reader->Int64(object, "numSeries", &stats->series);
  reader->Int64(object, "numChunks", &stats->chunks);
  reader->Int64(object, "numTombstones", &stats->tombstones);
}

void ReadCompaction(const json::object& object, FieldReader* reader, CompactionMeta* compaction) {
  reader->Int64(object, "level", &compaction->level);
  reader->Array(object, "sources", [&](const json::value& value) {
    reader->UlidValue(value, "compaction.sources", &compaction->sources.emplace_back());
  });
  reader->Bool(object, "deletable", &compaction->deletable);
  reader->Array(object, "parents", [&](const json::value& value) {
    BlockDescription& parent = compaction->parents.emplace_back();
    reader->ObjectValue(value, "compaction.parents", [&](const json::object& fields) {
      if (const json::value* ulid = reader->Find(fields, "ulid"))
        reader->UlidValue(*ulid, "parent ulid", &parent.ulid);
      reader->Int64(fields, "minTime", &parent.min_time);
      reader->Int64(fields, "maxTime", &parent.max_time);
    });
  });
  reader->Bool(object, "failed", &compaction->failed);
  reader->Array(object, "hints", [&](const json::value& value) {
    reader->StringValue(value, "compaction.hints", &compaction->hints.emplace_back());
  });
}

void ReadFile(const json::object& object, FieldReader* reader, BlockFile* file) {
  reader->String(object, "rel_path", &file->rel_path);
  reader->Int64(object, "size_bytes", &file->size_bytes);
  reader->Object(object, "hash", [&](const json::object& hash) {
    reader->String(hash, "hashFunc", &file->hash_function);
    reader->String(hash, "value", &file->hash_value);
  });
}

void ReadThanos(const json::object& object, FieldReader* reader, ThanosMeta* thanos) {
  thanos->version = 0;
  reader->Int64(object, "version", &thanos->version);
  reader->Object(object, "labels", [&](const json::object& labels) {
    for (const auto& [name, value] : labels) {
      reader->StringValue(value, "thanos.labels",
                          &thanos->labels[std::string(name.data(), name.size())]);
    }
  });
  reader->Object(object, "downsample", [&](const json::object& downsample) {
    reader->Int64(downsample, "resolution", &thanos->resolution_ms);
  });
  reader->String(object, "source", &thanos->source);
  reader->Array(object, "segment_files", [&](const json::value& value) {
    reader->StringValue(value, "thanos.segment_files", &thanos->segment_files.emplace_back());
  });
  reader->Array(object, "files", [&](const json::value& value) {
    BlockFile& file = thanos->files.emplace_back();
    reader->ObjectValue(value, "thanos.files",
                        [&](const json::object& fields) { ReadFile(fields, reader, &file); });
  });
  reader->Array(object, "rewrites",
                [&](const json::value& value) { thanos->rewrites_json.push_back(Text(value)); });
  reader->Object(object, "index_stats", [&](const json::object& stats) {
    reader->Int64(stats, "series_max_size", &thanos->series_size_max);
    reader->Int64(stats, "chunk_max_size", &thanos->chunk_size_max);
  });
  if (const json::value* extensions = reader->Find(object, "extensions"))
    thanos->extensions_json = Text(*extensions);
  reader->String(object, "upload_time", &thanos->upload_time);
}

StatusOr<BlockMeta> ReadMeta(const json::value& root) {
  if (!root.is_object()) return DataLossError("meta.json: not an object");
  const json::object& object = root.get_object();
  std::string error;
  FieldReader reader(&error);
  BlockMeta meta;
  meta.version = 0;
  reader.Int64(object, "version", &meta.version);
  if (error.empty() && meta.version != kMetaVersion) {
    return UnimplementedError(fmt::format("unexpected meta file version {}", meta.version));
  }
  if (const json::value* ulid = reader.Find(object, "ulid"))
    reader.UlidValue(*ulid, "ulid", &meta.ulid);
  reader.Int64(object, "minTime", &meta.min_time);
  reader.Int64(object, "maxTime", &meta.max_time);
  reader.Object(object, "stats",
                [&](const json::object& fields) { ReadStats(fields, &reader, &meta.stats); });
  meta.compaction.level = 0;
  reader.Object(object, "compaction", [&](const json::object& fields) {
    ReadCompaction(fields, &reader, &meta.compaction);
  });
  reader.Object(object, "thanos", [&](const json::object& fields) {
    ReadThanos(fields, &reader, &meta.thanos.emplace());
  });
  if (!error.empty()) return DataLossError("meta.json: " + error);
  if (meta.thanos.has_value() && meta.thanos->version > kThanosMetaVersion) {
    return UnimplementedError(
        fmt::format("unexpected meta file Thanos section version {}", meta.thanos->version));
  }
  return meta;
}

}  // namespace

StatusOr<BlockMeta> ParseMeta(std::string_view text) {
  json::error_code error;
  const json::value root = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return DataLossError(fmt::format("meta.json: {}", error.message()));
  return ReadMeta(root);
}

std::optional<TimestampMs> ThanosMeta::UploadTimeMs() const {
  if (upload_time == kNoUploadTime) return std::nullopt;
  const StatusOr<TimestampMs> time = ParseRfc3339(upload_time);
  if (!time.ok()) return std::nullopt;
  return *time;
}

}  // namespace aion::tsdb
