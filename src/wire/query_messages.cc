#include "wire/query_messages.h"

#include "wire/labels_codec.h"
#include "wire/protobuf.h"
#include "wire/shard_info.h"

namespace aion::wire {
namespace {

/// Where the shared fields stand in each of the two requests.
struct FieldNumbers {
  uint32_t plan, timeout, max_resolution, replica_labels, store_matchers, dedup, partial_response,
      skip_chunks, shard, lookback, engine, batch;
};
constexpr FieldNumbers kInstant{14, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15};
constexpr FieldNumbers kRange{16, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 17};

void EncodeBase(ProtoWriter* writer, const QueryRequestBase& request, const FieldNumbers& at) {
  writer->Bytes(1, request.query);
  writer->Int64(at.timeout, request.timeout_seconds);
  writer->Int64(at.max_resolution, request.max_resolution_seconds);
  writer->Texts(at.replica_labels, request.replica_labels);
  for (const std::vector<model::Matcher>& matchers : request.store_matchers) {
    const size_t message = writer->Begin(at.store_matchers);
    EncodeMatchers(writer, 1, matchers);
    writer->End(message);
  }
  writer->Bool(at.dedup, request.enable_dedup);
  writer->Bool(at.partial_response, request.enable_partial_response);
  writer->Bool(at.skip_chunks, request.skip_chunks);
  if (request.has_shard_info) EncodeShardInfo(writer, at.shard, request.shard_info);
  writer->Int64(at.lookback, request.lookback_delta_seconds);
  writer->Int64(at.engine, static_cast<int64_t>(request.engine));
  writer->Int64(at.batch, request.response_batch_size);
  if (!request.plan_json.empty()) {
    const size_t plan = writer->Begin(at.plan);
    writer->Bytes(1, request.plan_json);
    writer->End(plan);
  }
}

Status DecodeStoreMatchers(std::string_view bytes, std::vector<model::Matcher>* matchers) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      RETURN_IF_ERROR(DecodeMatcher(reader.Bytes(), matchers));
    } else {
      reader.Skip();
    }
  }
  return DecodeStatus(reader, "StoreMatchers");
}

void DecodePlan(std::string_view bytes, QueryRequestBase* request) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      request->plan_json = reader.Text();
    } else {
      reader.Skip();
    }
  }
}

QueryEngine EngineOf(int32_t value) {
  return value == 1   ? QueryEngine::kPrometheus
         : value == 2 ? QueryEngine::kThanos
                      : QueryEngine::kDefault;
}

Status DecodeBaseField(ProtoReader* reader, QueryRequestBase* request, const FieldNumbers& at) {
  const uint32_t field = reader->field();
  if (field == 1) {
    request->query = reader->Text();
  } else if (field == at.timeout) {
    request->timeout_seconds = reader->Int64();
  } else if (field == at.max_resolution) {
    request->max_resolution_seconds = reader->Int64();
  } else if (field == at.replica_labels) {
    request->replica_labels.push_back(reader->Text());
  } else if (field == at.store_matchers) {
    return DecodeStoreMatchers(reader->Bytes(), &request->store_matchers.emplace_back());
  } else if (field == at.dedup) {
    request->enable_dedup = reader->Bool();
  } else if (field == at.partial_response) {
    request->enable_partial_response = reader->Bool();
  } else if (field == at.skip_chunks) {
    request->skip_chunks = reader->Bool();
  } else if (field == at.shard) {
    request->has_shard_info = true;
    if (!DecodeShardInfo(reader->Bytes(), &request->shard_info)) reader->Fail();
  } else if (field == at.lookback) {
    request->lookback_delta_seconds = reader->Int64();
  } else if (field == at.engine) {
    request->engine = EngineOf(reader->Int32());
  } else if (field == at.batch) {
    request->response_batch_size = reader->Int64();
  } else if (field == at.plan) {
    DecodePlan(reader->Bytes(), request);
  } else {
    reader->Skip();
  }
  return OkStatus();
}

bool DecodeStats(std::string_view bytes, QueryResponse* response) {
  response->has_stats = true;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        response->samples_total = reader.Int64();
        break;
      case 2:
        response->peak_samples = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return reader.ok();
}

Status DecodeBatch(std::string_view bytes, std::vector<TimeSeries>* series) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      RETURN_IF_ERROR(DecodeTimeSeries(reader.Bytes(), &series->emplace_back()));
    } else {
      reader.Skip();
    }
  }
  return DecodeStatus(reader, "TimeSeriesBatch");
}

}  // namespace

std::string Encode(const QueryRequest& request) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  EncodeBase(&writer, request, kInstant);
  writer.Int64(2, request.time_seconds);
  return bytes;
}

std::string Encode(const QueryRangeRequest& request) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  EncodeBase(&writer, request, kRange);
  writer.Int64(2, request.start_seconds);
  writer.Int64(3, request.end_seconds);
  writer.Int64(4, request.interval_seconds);
  return bytes;
}

Status Decode(std::string_view bytes, QueryRequest* request) {
  *request = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 2) {
      request->time_seconds = reader.Int64();
    } else {
      RETURN_IF_ERROR(DecodeBaseField(&reader, request, kInstant));
    }
  }
  return DecodeStatus(reader, "QueryRequest");
}

Status Decode(std::string_view bytes, QueryRangeRequest* request) {
  *request = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 2:
        request->start_seconds = reader.Int64();
        break;
      case 3:
        request->end_seconds = reader.Int64();
        break;
      case 4:
        request->interval_seconds = reader.Int64();
        break;
      default:
        RETURN_IF_ERROR(DecodeBaseField(&reader, request, kRange));
    }
  }
  return DecodeStatus(reader, "QueryRangeRequest");
}

std::string Encode(const QueryResponse& response) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  if (response.warning) writer.AlwaysBytes(1, *response.warning);
  if (response.series.size() == 1) EncodeTimeSeries(&writer, 2, response.series[0]);
  if (response.has_stats) {
    const size_t stats = writer.Begin(3);
    writer.Int64(1, response.samples_total);
    writer.Int64(2, response.peak_samples);
    writer.End(stats);
  }
  if (response.series.size() > 1) {
    const size_t batch = writer.BeginLarge(4);
    for (const TimeSeries& series : response.series) EncodeTimeSeries(&writer, 1, series);
    writer.EndLarge(batch);
  }
  return bytes;
}

Status Decode(std::string_view bytes, QueryResponse* response) {
  *response = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        response->warning = reader.Text();
        break;
      case 2:
        RETURN_IF_ERROR(DecodeTimeSeries(reader.Bytes(), &response->series.emplace_back()));
        break;
      case 3:
        if (!DecodeStats(reader.Bytes(), response)) reader.Fail();
        break;
      case 4:
        RETURN_IF_ERROR(DecodeBatch(reader.Bytes(), &response->series));
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "QueryResponse");
}

}  // namespace aion::wire
