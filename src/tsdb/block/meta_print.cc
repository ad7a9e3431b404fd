#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/text.h"
#include "tsdb/block/meta.h"

namespace aion::tsdb {
namespace {

namespace json = boost::json;

/// encoding/json's floats: plain digits but for very small and very large ones, whose exponents have no leading zero.
std::string FloatText(double number) {
  const double size = std::abs(number);
  if (number == 0 || (size >= 1e-6 && size < 1e21)) return FormatGoFloat(number, 'f');
  std::string text = FormatGoFloat(number, 'e');
  const size_t exponent = text.size() - 2;
  if (text.size() > 4 && text[exponent] == '0' && text[exponent - 1] == '-') text.erase(exponent, 1);
  return text;
}

/// Writes JSON as Go's encoder with a tab for an indent: empty containers are closed at once, <, > and & are escaped.
class JsonPrinter {
 public:
  std::string Take() { return std::move(out_); }

  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }
  void Key(std::string_view name) {
    Element();
    Quote(name);
    out_ += ": ";
    after_key_ = true;
  }
  void String(std::string_view text) {
    Element();
    Quote(text);
  }
  template <typename Number>
  void Int(Number number) {
    Raw(std::to_string(number));
  }
  void Raw(std::string_view text) {
    Element();
    out_ += text;
  }
  /// Prints any JSON value. Go keeps free-form objects as maps, whose keys it sorts.
  void Value(const json::value& value, bool sort_keys);

 private:
  void Element() {
    if (after_key_) {
      after_key_ = false;
      return;
    }
    if (depth_ == 0) return;
    if (!empty_) out_ += ',';
    empty_ = false;
    NewLine();
  }
  void Begin(char bracket) {
    Element();
    out_ += bracket;
    ++depth_;
    empty_ = true;
  }
  void End(char bracket) {
    --depth_;
    if (!empty_) NewLine();
    empty_ = false;
    out_ += bracket;
  }
  void NewLine() {
    out_ += '\n';
    out_.append(depth_, '\t');
  }
  void Quote(std::string_view text) {
    std::string quoted;
    AppendJsonString(&quoted, text);
    for (const char c : quoted) {
      switch (c) {
        case '<': out_ += "\\u003c"; break;
        case '>': out_ += "\\u003e"; break;
        case '&': out_ += "\\u0026"; break;
        default: out_ += c;
      }
    }
  }

  std::string out_;
  size_t depth_ = 0;
  bool empty_ = true;
  bool after_key_ = false;
};

void JsonPrinter::Value(const json::value& value, bool sort_keys) {
  switch (value.kind()) {
    case json::kind::object: {
      std::vector<const json::key_value_pair*> fields;
      for (const auto& field : value.get_object()) fields.push_back(&field);
      if (sort_keys) {
        std::sort(fields.begin(), fields.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
      }
      BeginObject();
      for (const auto* field : fields) {
        Key({field->key().data(), field->key().size()});
        Value(field->value(), sort_keys);
      }
      EndObject();
      return;
    }
    case json::kind::array:
      BeginArray();
      for (const json::value& element : value.get_array()) Value(element, sort_keys);
      EndArray();
      return;
    case json::kind::string: return String({value.get_string().data(), value.get_string().size()});
    case json::kind::int64: return Int(value.get_int64());
    case json::kind::uint64: return Int(value.get_uint64());
    case json::kind::double_: return Raw(FloatText(value.get_double()));
    case json::kind::bool_: return Raw(value.get_bool() ? "true" : "false");
    case json::kind::null: return Raw("null");
  }
}

template <typename Number>
void OptionalInt(JsonPrinter* out, std::string_view name, Number number) {
  if (number == 0) return;
  out->Key(name);
  out->Int(number);
}

template <typename List, typename Print>
void OptionalArray(JsonPrinter* out, std::string_view name, const List& list, const Print& print) {
  if (list.empty()) return;
  out->Key(name);
  out->BeginArray();
  for (const auto& element : list) print(element);
  out->EndArray();
}

void PrintDescription(JsonPrinter* out, const BlockDescription& block) {
  out->BeginObject();
  out->Key("ulid");
  out->String(block.ulid.ToString());
  out->Key("minTime");
  out->Int(block.min_time);
  out->Key("maxTime");
  out->Int(block.max_time);
  out->EndObject();
}

void PrintStats(JsonPrinter* out, const BlockStats& stats) {
  out->BeginObject();
  OptionalInt(out, "numSamples", stats.samples);
  OptionalInt(out, "numFloatSamples", stats.float_samples);
  OptionalInt(out, "numHistogramSamples", stats.histogram_samples);
  OptionalInt(out, "numSeries", stats.series);
  OptionalInt(out, "numChunks", stats.chunks);
  OptionalInt(out, "numTombstones", stats.tombstones);
  out->EndObject();
}

void PrintCompaction(JsonPrinter* out, const CompactionMeta& compaction) {
  out->BeginObject();
  out->Key("level");
  out->Int(compaction.level);
  OptionalArray(out, "sources", compaction.sources, [&](const Ulid& ulid) { out->String(ulid.ToString()); });
  if (compaction.deletable) {
    out->Key("deletable");
    out->Raw("true");
  }
  OptionalArray(out, "parents", compaction.parents, [&](const BlockDescription& block) { PrintDescription(out, block); });
  if (compaction.failed) {
    out->Key("failed");
    out->Raw("true");
  }
  OptionalArray(out, "hints", compaction.hints, [&](const std::string& hint) { out->String(hint); });
  out->EndObject();
}

void PrintFile(JsonPrinter* out, const BlockFile& file) {
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

void PrintJsonText(JsonPrinter* out, const std::string& text, bool sort_keys) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error) return out->Raw("null");
  out->Value(value, sort_keys);
}

void PrintThanos(JsonPrinter* out, const ThanosMeta& thanos) {
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
  OptionalArray(out, "segment_files", thanos.segment_files, [&](const std::string& file) { out->String(file); });
  OptionalArray(out, "files", thanos.files, [&](const BlockFile& file) { PrintFile(out, file); });
  OptionalArray(out, "rewrites", thanos.rewrites_json, [&](const std::string& text) { PrintJsonText(out, text, false); });
  out->Key("index_stats");
  out->BeginObject();
  OptionalInt(out, "series_max_size", thanos.series_size_max);
  OptionalInt(out, "chunk_max_size", thanos.chunk_size_max);
  out->EndObject();
  if (!thanos.extensions_json.empty()) {
    out->Key("extensions");
    PrintJsonText(out, thanos.extensions_json, true);
  }
  out->Key("upload_time");
  out->String(thanos.upload_time);
  out->EndObject();
}

}  // namespace

std::string PrintMeta(const BlockMeta& meta) {
  JsonPrinter out;
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
