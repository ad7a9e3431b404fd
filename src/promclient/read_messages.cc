#include "promclient/read_messages.h"

#include "wire/labels_codec.h"
#include "wire/protobuf.h"
#include "wire/remote_read.h"

namespace aion::promclient {
namespace {

using wire::ProtoReader;

Status Malformed(std::string_view message) {
  return InvalidArgumentError("decode " + std::string(message) + ": malformed message");
}

Status DecodeChunk(std::string_view bytes, std::vector<series::EncodedChunk>* chunks) {
  series::EncodedChunk chunk;
  uint64_t type = 0;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        chunk.min_time = reader.Int64();
        break;
      case 2:
        chunk.max_time = reader.Int64();
        break;
      case 3:
        type = reader.Uint64();
        break;
      case 4:
        chunk.data = reader.Bytes();
        break;
      default:
        reader.Skip();
    }
  }
  if (!reader.ok()) return Malformed("prometheus.Chunk");
  if (type < static_cast<uint64_t>(series::Encoding::kXor) ||
      type > static_cast<uint64_t>(series::Encoding::kFloatHistogram)) {
    return UnimplementedError("remote read: unsupported chunk encoding " + std::to_string(type));
  }
  chunk.encoding = static_cast<series::Encoding>(type);
  chunks->push_back(chunk);
  return OkStatus();
}

Status DecodeChunkedSeries(std::string_view bytes, std::string* arena,
                           std::vector<series::EncodedChunk>* chunks) {
  arena->clear();
  chunks->clear();
  wire::LabelPacker packer(arena);
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      if (!packer.Add(reader.Bytes())) reader.Fail();
    } else if (reader.field() == 2) {
      const std::string_view chunk = reader.Bytes();
      if (reader.ok()) RETURN_IF_ERROR(DecodeChunk(chunk, chunks));
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return Malformed("prometheus.ChunkedSeries");
  packer.Finish();
  return OkStatus();
}

bool DecodeSample(std::string_view bytes, std::vector<model::FloatPoint>* samples) {
  model::FloatPoint point;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        point.value = reader.Double();
        break;
      case 2:
        point.time = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  samples->push_back(point);
  return reader.ok();
}

Status DecodeTimeSeries(std::string_view bytes,
                        const std::function<Status(const SampledSeries&)>& visit) {
  std::string arena;
  std::vector<model::FloatPoint> samples;
  wire::LabelPacker packer(&arena);
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      if (!packer.Add(reader.Bytes())) reader.Fail();
    } else if (reader.field() == 2) {
      if (!DecodeSample(reader.Bytes(), &samples)) reader.Fail();
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return Malformed("prometheus.TimeSeries");
  packer.Finish();
  return visit(SampledSeries{model::LabelsView(arena), samples});
}

Status DecodeResult(std::string_view bytes,
                    const std::function<Status(const SampledSeries&)>& visit) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() != 1) {
      reader.Skip();
      continue;
    }
    const std::string_view series = reader.Bytes();
    if (reader.ok()) RETURN_IF_ERROR(DecodeTimeSeries(series, visit));
  }
  return reader.ok() ? OkStatus() : Malformed("prometheus.QueryResult");
}

}  // namespace

std::string EncodeReadRequest(const std::vector<model::Matcher>& matchers,
                              const model::QueryRange& range) {
  wire::ReadQuery query;
  query.start_ms = range.min;
  query.end_ms = range.max;
  query.matchers = matchers;
  return wire::Encode(wire::ReadRequest{
      {std::move(query)},
      {wire::ReadResponseType::kStreamedXorChunks, wire::ReadResponseType::kSamples}});
}

Status DecodeChunkedRead(std::string_view message, const ChunkedSeriesVisitor& visit) {
  std::string arena;
  std::vector<series::EncodedChunk> chunks;
  ProtoReader reader(message);
  while (reader.Next()) {
    if (reader.field() != 1) {
      reader.Skip();
      continue;
    }
    const std::string_view bytes = reader.Bytes();
    if (!reader.ok()) break;
    RETURN_IF_ERROR(DecodeChunkedSeries(bytes, &arena, &chunks));
    RETURN_IF_ERROR(visit(model::LabelsView(arena), chunks));
  }
  return reader.ok() ? OkStatus() : Malformed("prometheus.ChunkedReadResponse");
}

Status DecodeSampledRead(std::string_view message,
                         const std::function<Status(const SampledSeries&)>& visit) {
  int result_count = 0;
  std::string_view result;
  ProtoReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) {
      result = reader.Bytes();
      ++result_count;
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return Malformed("prometheus.ReadResponse");
  if (result_count != 1) {
    return InvalidArgumentError("prometheus.ReadResponse: unexpected result size " +
                                std::to_string(result_count));
  }
  return DecodeResult(result, visit);
}

}  // namespace aion::promclient
