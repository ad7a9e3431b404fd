#include "wire/remote_read.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "wire/labels_codec.h"
#include "wire/protobuf.h"

namespace aion::wire {
namespace {

constexpr size_t kUvarintMax = 10;
constexpr size_t kCrcSize = 4;
constexpr uint64_t kEncodingMax = 6;

bool DecodeHints(std::string_view bytes, ReadQuery* query) {
  query->has_hints = true;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        query->step_ms = reader.Int64();
        break;
      case 2:
        query->function = reader.Text();
        break;
      case 3:
        query->hint_start_ms = reader.Int64();
        break;
      case 4:
        query->hint_end_ms = reader.Int64();
        break;
      case 5:
        query->grouping.push_back(reader.Text());
        break;
      case 6:
        query->by = reader.Bool();
        break;
      case 7:
        query->range_ms = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return reader.ok();
}

Status DecodeQuery(std::string_view bytes, ReadQuery* query) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        query->start_ms = reader.Int64();
        break;
      case 2:
        query->end_ms = reader.Int64();
        break;
      case 3:
        RETURN_IF_ERROR(DecodeMatcher(reader.Bytes(), &query->matchers));
        break;
      case 4:
        if (!DecodeHints(reader.Bytes(), query)) reader.Fail();
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "Query");
}

void EncodeQuery(ProtoWriter* writer, const ReadQuery& query) {
  const size_t message = writer->Begin(1);
  writer->Int64(1, query.start_ms);
  writer->Int64(2, query.end_ms);
  EncodeMatchers(writer, 3, query.matchers);
  if (query.has_hints) {
    const size_t hints = writer->Begin(4);
    writer->Int64(1, query.step_ms);
    writer->Bytes(2, query.function);
    writer->Int64(3, query.hint_start_ms);
    writer->Int64(4, query.hint_end_ms);
    writer->Texts(5, query.grouping);
    writer->Bool(6, query.by);
    writer->Int64(7, query.range_ms);
    writer->End(hints);
  }
  writer->End(message);
}

Status DecodeChunk(std::string_view bytes, ReadChunk* chunk) {
  uint64_t encoding = 0;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        chunk->min_time = reader.Int64();
        break;
      case 2:
        chunk->max_time = reader.Int64();
        break;
      case 3:
        encoding = reader.Uint64();
        break;
      case 4:
        chunk->data = reader.Bytes();
        break;
      default:
        reader.Skip();
    }
  }
  if (encoding > kEncodingMax) {
    return InvalidArgumentError("decode ChunkedReadResponse: unknown chunk encoding: " +
                                std::to_string(encoding));
  }
  chunk->encoding = static_cast<uint8_t>(encoding);
  return DecodeStatus(reader, "Chunk");
}

Status DecodeChunkedSeries(std::string_view bytes, ChunkedSeries* series) {
  std::string packed;
  LabelPacker packer(&packed);
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        if (!packer.Add(reader.Bytes())) reader.Fail();
        break;
      case 2:
        RETURN_IF_ERROR(DecodeChunk(reader.Bytes(), &series->chunks.emplace_back()));
        break;
      default:
        reader.Skip();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "ChunkedSeries"));
  packer.Finish();
  series->labels = model::Labels::FromPacked(std::move(packed));
  return OkStatus();
}

Status DecodeResult(std::string_view bytes, std::vector<TimeSeries>* result) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      RETURN_IF_ERROR(DecodeTimeSeries(reader.Bytes(), &result->emplace_back()));
    } else {
      reader.Skip();
    }
  }
  return DecodeStatus(reader, "QueryResult");
}

}  // namespace

std::string Encode(const ReadRequest& request) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  for (const ReadQuery& query : request.queries) EncodeQuery(&writer, query);
  if (!request.accepted.empty()) {
    const size_t packed = writer.Begin(2);
    for (const ReadResponseType type : request.accepted)
      PutUvarint(&bytes, static_cast<uint64_t>(type));
    writer.End(packed);
  }
  return bytes;
}

Status Decode(std::string_view bytes, ReadRequest* request) {
  *request = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        RETURN_IF_ERROR(DecodeQuery(reader.Bytes(), &request->queries.emplace_back()));
        break;
      case 2:
        reader.Repeated(WireType::kVarint, [&](ByteCursor& cursor) {
          request->accepted.push_back(static_cast<ReadResponseType>(cursor.Uvarint()));
        });
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "ReadRequest");
}

std::string Encode(const ReadResponse& response) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  for (const std::vector<TimeSeries>& result : response.results) {
    const size_t message = writer.BeginLarge(1);
    for (const TimeSeries& series : result) EncodeTimeSeries(&writer, 1, series);
    writer.EndLarge(message);
  }
  return bytes;
}

Status Decode(std::string_view bytes, ReadResponse* response) {
  *response = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      RETURN_IF_ERROR(DecodeResult(reader.Bytes(), &response->results.emplace_back()));
    } else {
      reader.Skip();
    }
  }
  return DecodeStatus(reader, "ReadResponse");
}

std::string Encode(const ChunkedReadResponse& response) {
  std::string bytes;
  ProtoWriter writer(&bytes);
  for (const ChunkedSeries& series : response.series) {
    const size_t message = writer.BeginLarge(1);
    EncodeLabels(&writer, 1, series.labels);
    for (const ReadChunk& chunk : series.chunks) {
      const size_t nested = writer.BeginLarge(2);
      writer.Int64(1, chunk.min_time);
      writer.Int64(2, chunk.max_time);
      writer.Uint64(3, chunk.encoding);
      writer.Bytes(4, chunk.data);
      writer.EndLarge(nested);
    }
    writer.EndLarge(message);
  }
  writer.Int64(2, response.query_index);
  return bytes;
}

Status Decode(std::string_view bytes, ChunkedReadResponse* response) {
  *response = {};
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        RETURN_IF_ERROR(DecodeChunkedSeries(reader.Bytes(), &response->series.emplace_back()));
        break;
      case 2:
        response->query_index = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "ChunkedReadResponse");
}

void AppendChunkedFrame(std::string_view message, std::string* out) {
  PutUvarint(out, message.size());
  PutBe32(out, Crc32c(message));
  out->append(message);
}

StatusOr<bool> ChunkedFrameReader::Next(Buffer* message) {
  const std::string_view rest = std::string_view(pending_).substr(at_);
  ByteCursor cursor(rest);
  const uint64_t size = cursor.Uvarint();
  if (!cursor.ok()) {
    if (rest.size() >= kUvarintMax)
      return DataLossError("remote read stream: malformed frame length");
    return false;
  }
  if (size > message_bytes_max_) {
    return ResourceExhaustedError("remote read stream: frame is over the limit of bytes: " +
                                  std::to_string(message_bytes_max_));
  }
  if (cursor.remaining() < kCrcSize + size) {
    // What is handed out is forgotten before more arrives, so that the buffer stays about a frame
    // long.
    pending_.erase(0, at_);
    at_ = 0;
    return false;
  }
  const uint32_t crc = cursor.Be32();
  const std::string_view bytes = cursor.Bytes(size);
  if (Crc32c(bytes) != crc) return DataLossError("remote read stream: checksum mismatch");
  at_ += cursor.offset();
  *message = Buffer(std::string(bytes));
  return true;
}

Status ChunkedFrameReader::Finish() const {
  return at_ == pending_.size() ? OkStatus()
                                : DataLossError("remote read stream: ended inside a frame");
}

}  // namespace aion::wire
