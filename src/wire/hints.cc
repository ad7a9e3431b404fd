#include "wire/hints.h"

#include "wire/labels_codec.h"
#include "wire/protobuf.h"

namespace aion::wire {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/hintspb.";
constexpr std::string_view kRequestNames[] = {"SeriesRequestHints", "LabelNamesRequestHints",
                                              "LabelValuesRequestHints"};
constexpr std::string_view kResponseNames[] = {"SeriesResponseHints", "LabelNamesResponseHints",
                                               "LabelValuesResponseHints"};

// Fields 1 to 20 of hintspb.QueryStats, in order.
constexpr int64_t QueryStats::* kCounts[] = {
    &QueryStats::blocks_queried,         &QueryStats::merged_series_count,
    &QueryStats::merged_chunks_count,    &QueryStats::postings_touched,
    &QueryStats::postings_touched_bytes, &QueryStats::postings_to_fetch,
    &QueryStats::postings_fetched,       &QueryStats::postings_fetched_bytes,
    &QueryStats::postings_fetch_count,   &QueryStats::series_touched,
    &QueryStats::series_touched_bytes,   &QueryStats::series_fetched,
    &QueryStats::series_fetched_bytes,   &QueryStats::series_fetch_count,
    &QueryStats::chunks_touched,         &QueryStats::chunks_touched_bytes,
    &QueryStats::chunks_fetched,         &QueryStats::chunks_fetched_bytes,
    &QueryStats::chunks_fetch_count,     &QueryStats::downloaded_bytes};
constexpr uint32_t kGetAllField = 21;
constexpr uint32_t kMergeField = 22;
constexpr int64_t kNsPerSecond = 1'000'000'000;

std::string EncodeAny(std::string_view name, std::string_view message) {
  std::string any;
  ProtoWriter writer(&any);
  writer.Bytes(1, std::string(kTypePrefix) + std::string(name));
  writer.Bytes(2, message);
  return any;
}

/// The message inside, or nullopt when the Any holds another type.
StatusOr<std::optional<std::string_view>> OpenAny(std::string_view any_bytes,
                                                  std::string_view name) {
  std::string_view url, value;
  ProtoReader reader(any_bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        url = reader.Bytes();
        break;
      case 2:
        value = reader.Bytes();
        break;
      default:
        reader.Skip();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "Any"));
  if (!url.starts_with(kTypePrefix) || url.substr(kTypePrefix.size()) != name) {
    return std::optional<std::string_view>();
  }
  return std::optional<std::string_view>(value);
}

void EncodeDuration(ProtoWriter* writer, uint32_t field, int64_t ns) {
  const size_t message = writer->Begin(field);
  writer->Int64(1, ns / kNsPerSecond);
  writer->Int64(2, ns % kNsPerSecond);
  writer->End(message);
}

bool DecodeDuration(std::string_view bytes, int64_t* ns) {
  int64_t seconds = 0, nanos = 0;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        seconds = reader.Int64();
        break;
      case 2:
        nanos = reader.Int32();
        break;
      default:
        reader.Skip();
    }
  }
  // Durations beyond what fits say nothing useful.
  if (seconds > INT64_MAX / kNsPerSecond - 1 || seconds < INT64_MIN / kNsPerSecond + 1)
    return false;
  *ns = seconds * kNsPerSecond + nanos;
  return reader.ok();
}

void EncodeStats(ProtoWriter* writer, uint32_t field, const QueryStats& stats) {
  const size_t message = writer->Begin(field);
  for (uint32_t i = 0; i < std::size(kCounts); ++i) writer->Int64(i + 1, stats.*kCounts[i]);
  EncodeDuration(writer, kGetAllField, stats.get_all_ns);
  EncodeDuration(writer, kMergeField, stats.merge_ns);
  writer->End(message);
}

bool DecodeStats(std::string_view bytes, QueryStats* stats) {
  ProtoReader reader(bytes);
  bool good = true;
  while (reader.Next()) {
    const uint32_t field = reader.field();
    if (field <= std::size(kCounts)) {
      stats->*kCounts[field - 1] = reader.Int64();
    } else if (field == kGetAllField) {
      good &= DecodeDuration(reader.Bytes(), &stats->get_all_ns);
    } else if (field == kMergeField) {
      good &= DecodeDuration(reader.Bytes(), &stats->merge_ns);
    } else {
      reader.Skip();
    }
  }
  return good && reader.ok();
}

bool DecodeBlock(std::string_view bytes, std::vector<std::string>* ids) {
  std::string id;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      id = reader.Text();
    } else {
      reader.Skip();
    }
  }
  ids->push_back(std::move(id));
  return reader.ok();
}

}  // namespace

std::string EncodeRequestHints(HintsOf of, const RequestHints& hints) {
  std::string message;
  ProtoWriter writer(&message);
  EncodeMatchers(&writer, 1, hints.block_matchers);
  if (of == HintsOf::kSeries) writer.Bool(2, hints.enable_query_stats);
  return EncodeAny(kRequestNames[static_cast<size_t>(of)], message);
}

std::string EncodeResponseHints(HintsOf of, const ResponseHints& hints) {
  std::string message;
  ProtoWriter writer(&message);
  for (const std::string& id : hints.queried_blocks) {
    const size_t block = writer.Begin(1);
    writer.Bytes(1, id);
    writer.End(block);
  }
  if (of == HintsOf::kSeries && hints.query_stats) EncodeStats(&writer, 2, *hints.query_stats);
  return EncodeAny(kResponseNames[static_cast<size_t>(of)], message);
}

StatusOr<std::optional<RequestHints>> DecodeRequestHints(HintsOf of, std::string_view any_bytes) {
  ASSIGN_OR_RETURN(const auto message, OpenAny(any_bytes, kRequestNames[static_cast<size_t>(of)]));
  if (!message) return std::optional<RequestHints>();
  RequestHints hints;
  ProtoReader reader(*message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        RETURN_IF_ERROR(DecodeMatcher(reader.Bytes(), &hints.block_matchers));
        break;
      case 2:
        hints.enable_query_stats = reader.Bool();
        break;
      default:
        reader.Skip();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "request hints"));
  return std::optional<RequestHints>(std::move(hints));
}

StatusOr<std::optional<ResponseHints>> DecodeResponseHints(HintsOf of, std::string_view any_bytes) {
  ASSIGN_OR_RETURN(const auto message, OpenAny(any_bytes, kResponseNames[static_cast<size_t>(of)]));
  if (!message) return std::optional<ResponseHints>();
  ResponseHints hints;
  ProtoReader reader(*message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        if (!DecodeBlock(reader.Bytes(), &hints.queried_blocks)) reader.Fail();
        break;
      case 2:
        if (!DecodeStats(reader.Bytes(), &hints.query_stats.emplace())) reader.Fail();
        break;
      default:
        reader.Skip();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "response hints"));
  return std::optional<ResponseHints>(std::move(hints));
}

}  // namespace aion::wire
