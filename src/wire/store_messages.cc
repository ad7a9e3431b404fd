#include "wire/store_messages.h"

#include "wire/labels_codec.h"
#include "wire/protobuf.h"
#include "wire/shard_info.h"

namespace aion::wire {
namespace {

void EncodeQueryHints(ProtoWriter* writer, uint32_t field, const QueryHints& hints) {
  const size_t message = writer->Begin(field);
  writer->Int64(1, hints.step_ms);
  if (!hints.function.empty()) {
    const size_t function = writer->Begin(2);
    writer->Bytes(1, hints.function);
    writer->End(function);
  }
  if (hints.has_grouping) {
    const size_t grouping = writer->Begin(4);
    writer->Bool(1, hints.by);
    writer->Texts(3, hints.grouping);
    writer->End(grouping);
  }
  if (hints.range_ms != 0) {
    const size_t range = writer->Begin(5);
    writer->Int64(1, hints.range_ms);
    writer->End(range);
  }
  writer->Texts(6, hints.projection_labels);
  writer->Bool(7, hints.projection_include);
  writer->Bytes(8, hints.series_hash_label);
  writer->End(message);
}

bool DecodeGrouping(std::string_view bytes, QueryHints* hints) {
  hints->has_grouping = true;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        hints->by = reader.Bool();
        break;
      case 3:
        hints->grouping.push_back(reader.Text());
        break;
      default:
        reader.Skip();
    }
  }
  return reader.ok();
}

/// Func {name 1} and Range {millis 1}: messages of one field.
template <typename Read>
bool DecodeSingle(std::string_view bytes, Read&& read) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      read(reader);
    } else {
      reader.Skip();
    }
  }
  return reader.ok();
}

bool DecodeQueryHints(std::string_view bytes, QueryHints* hints) {
  ProtoReader reader(bytes);
  bool good = true;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        hints->step_ms = reader.Int64();
        break;
      case 2:
        good &= DecodeSingle(reader.Bytes(), [&](ProtoReader& r) { hints->function = r.Text(); });
        break;
      case 4:
        good &= DecodeGrouping(reader.Bytes(), hints);
        break;
      case 5:
        good &= DecodeSingle(reader.Bytes(), [&](ProtoReader& r) { hints->range_ms = r.Int64(); });
        break;
      case 6:
        hints->projection_labels.push_back(reader.Text());
        break;
      case 7:
        hints->projection_include = reader.Bool();
        break;
      case 8:
        hints->series_hash_label = reader.Text();
        break;
      default:
        reader.Skip();
    }
  }
  return good && reader.ok();
}

/// The fields LabelNamesRequest and LabelValuesRequest share, whose numbers differ by `shift`.
void EncodeLabelsRequest(ProtoWriter* writer, const LabelNamesRequest& request, uint32_t shift) {
  writer->Bool(1 + shift, request.partial_response_disabled);
  writer->Int64(2 + shift, request.partial_response_strategy);
  writer->Int64(3 + shift, request.start);
  writer->Int64(4 + shift, request.end);
  writer->Bytes(5 + shift, request.hints);
  EncodeMatchers(writer, 6 + shift, request.matchers);
  writer->Texts(7 + shift, request.without_replica_labels);
  writer->Int64(8 + shift, request.limit);
}

Status DecodeLabelsRequest(ProtoReader* reader, LabelNamesRequest* request, uint32_t shift) {
  switch (reader->field() - shift) {
    case 1:
      request->partial_response_disabled = reader->Bool();
      break;
    case 2:
      request->partial_response_strategy = reader->Int32();
      break;
    case 3:
      request->start = reader->Int64();
      break;
    case 4:
      request->end = reader->Int64();
      break;
    case 5:
      request->hints = reader->Text();
      break;
    case 6:
      return DecodeMatcher(reader->Bytes(), &request->matchers);
    case 7:
      request->without_replica_labels.push_back(reader->Text());
      break;
    case 8:
      request->limit = reader->Int64();
      break;
    default:
      reader->Skip();
  }
  return OkStatus();
}

}  // namespace

void EncodeShardInfo(ProtoWriter* writer, uint32_t field, const ShardInfo& shard) {
  const size_t message = writer->Begin(field);
  writer->Int64(1, shard.shard_index);
  writer->Int64(2, shard.total_shards);
  writer->Bool(3, shard.by);
  writer->Texts(4, shard.labels);
  writer->End(message);
}

bool DecodeShardInfo(std::string_view bytes, ShardInfo* shard) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        shard->shard_index = reader.Int64();
        break;
      case 2:
        shard->total_shards = reader.Int64();
        break;
      case 3:
        shard->by = reader.Bool();
        break;
      case 4:
        shard->labels.push_back(reader.Text());
        break;
      default:
        reader.Skip();
    }
  }
  return reader.ok();
}

std::string Encode(const SeriesRequest& request) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  writer.Int64(1, request.min_time);
  writer.Int64(2, request.max_time);
  EncodeMatchers(&writer, 3, request.matchers);
  writer.Int64(4, request.max_resolution_window_ms);
  if (!request.aggregates.empty()) {
    const size_t packed = writer.Begin(5);
    for (const int32_t aggregate : request.aggregates) {
      PutUvarint(&bytes, static_cast<uint64_t>(static_cast<int64_t>(aggregate)));
    }
    writer.End(packed);
  }
  writer.Bool(6, request.partial_response_disabled);
  writer.Int64(7, request.partial_response_strategy);
  writer.Bool(8, request.skip_chunks);
  writer.Bytes(9, request.hints);
  writer.Int64(10, request.step_ms);
  writer.Int64(11, request.range_ms);
  if (request.has_query_hints) EncodeQueryHints(&writer, 12, request.query_hints);
  if (request.has_shard_info) EncodeShardInfo(&writer, 13, request.shard_info);
  writer.Texts(14, request.without_replica_labels);
  writer.Int64(15, request.limit);
  writer.Int64(16, request.response_batch_size);
  return bytes;
}

Status Decode(std::string_view bytes, SeriesRequest* request) {
  *request = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        request->min_time = reader.Int64();
        break;
      case 2:
        request->max_time = reader.Int64();
        break;
      case 3:
        RETURN_IF_ERROR(DecodeMatcher(reader.Bytes(), &request->matchers));
        break;
      case 4:
        request->max_resolution_window_ms = reader.Int64();
        break;
      case 5:
        reader.Repeated(WireType::kVarint, [&](ByteCursor& cursor) {
          request->aggregates.push_back(static_cast<int32_t>(cursor.Uvarint()));
        });
        break;
      case 6:
        request->partial_response_disabled = reader.Bool();
        break;
      case 7:
        request->partial_response_strategy = reader.Int32();
        break;
      case 8:
        request->skip_chunks = reader.Bool();
        break;
      case 9:
        request->hints = reader.Text();
        break;
      case 10:
        request->step_ms = reader.Int64();
        break;
      case 11:
        request->range_ms = reader.Int64();
        break;
      case 12:
        request->has_query_hints = true;
        if (!DecodeQueryHints(reader.Bytes(), &request->query_hints)) reader.Fail();
        break;
      case 13:
        request->has_shard_info = true;
        if (!DecodeShardInfo(reader.Bytes(), &request->shard_info)) reader.Fail();
        break;
      case 14:
        request->without_replica_labels.push_back(reader.Text());
        break;
      case 15:
        request->limit = reader.Int64();
        break;
      case 16:
        request->response_batch_size = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "SeriesRequest");
}

std::string Encode(const LabelNamesRequest& request) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  EncodeLabelsRequest(&writer, request, 0);
  return bytes;
}

std::string Encode(const LabelValuesRequest& request) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  writer.Bytes(1, request.label);
  EncodeLabelsRequest(&writer, request, 1);
  return bytes;
}

Status Decode(std::string_view bytes, LabelNamesRequest* request) {
  *request = {};
  ProtoReader reader(bytes);
  while (reader.Next()) RETURN_IF_ERROR(DecodeLabelsRequest(&reader, request, 0));
  return DecodeStatus(reader, "LabelNamesRequest");
}

Status Decode(std::string_view bytes, LabelValuesRequest* request) {
  *request = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      request->label = reader.Text();
    } else {
      RETURN_IF_ERROR(DecodeLabelsRequest(&reader, request, 1));
    }
  }
  return DecodeStatus(reader, "LabelValuesRequest");
}

std::string Encode(const LabelsResponse& response) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  writer.Texts(1, response.values);
  writer.Texts(2, response.warnings);
  writer.Bytes(3, response.hints);
  return bytes;
}

Status Decode(std::string_view bytes, LabelsResponse* response) {
  *response = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        response->values.push_back(reader.Text());
        break;
      case 2:
        response->warnings.push_back(reader.Text());
        break;
      case 3:
        response->hints = reader.Text();
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "LabelsResponse");
}

}  // namespace aion::wire
