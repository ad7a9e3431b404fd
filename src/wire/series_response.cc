#include "wire/series_response.h"

#include "base/hash.h"
#include "wire/labels_codec.h"
#include "wire/protobuf.h"

// A nested message's length stands before it. Those of chunks are computed first; those of series
// and batches are written afterwards into a place of fixed width, so that chunk data is never
// moved.

namespace aion::wire {
namespace {

constexpr uint32_t kFirstChunkField = 3;  // raw; count, sum, min, max and counter follow.
constexpr size_t kChunkOverhead = 48;     // Keys, lengths, times and hash around a chunk's data.

bool DecodeChunk(std::string_view bytes, WireChunk* chunk, bool* known) {
  ProtoReader reader(bytes);
  uint64_t type = 0;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        type = reader.Uint64();
        break;
      case 2:
        chunk->data = reader.Bytes();
        break;
      default:
        reader.Skip();  // The hash is for those who compare chunks by it.
    }
  }
  *known = type <= kChunkTypeMax;
  chunk->type = static_cast<uint8_t>(type);
  return reader.ok();
}

Status DecodeAggrChunk(std::string_view bytes, std::vector<WireChunk>* chunks) {
  ProtoReader reader(bytes);
  const size_t begin = chunks->size();
  TimestampMs min_time = 0, max_time = 0;
  bool known = true;
  while (reader.Next()) {
    const uint32_t field = reader.field();
    if (field == 1) {
      min_time = reader.Int64();
    } else if (field == 2) {
      max_time = reader.Int64();
    } else if (field <= kFirstChunkField + kAggregateMax) {
      WireChunk& chunk = chunks->emplace_back();
      chunk.aggregate = static_cast<uint8_t>(field - kFirstChunkField);
      if (!DecodeChunk(reader.Bytes(), &chunk, &known)) reader.Fail();
      if (!known)
        return InvalidArgumentError("decode AggrChunk: unknown chunk encoding: " +
                                    std::to_string(chunk.type));
    } else {
      reader.Skip();
    }
  }
  for (size_t i = begin; i < chunks->size(); ++i) {
    (*chunks)[i].min_time = min_time;
    (*chunks)[i].max_time = max_time;
  }
  return DecodeStatus(reader, "AggrChunk");
}

Status DecodeSeries(std::string_view bytes, SeriesResponse* response) {
  WireSeries series;
  series.chunk_begin = static_cast<uint32_t>(response->chunks.size());
  LabelPacker packer(&response->packed_labels);
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        if (!packer.Add(reader.Bytes())) reader.Fail();
        break;
      case 2:
        RETURN_IF_ERROR(DecodeAggrChunk(reader.Bytes(), &response->chunks));
        break;
      default:
        reader.Skip();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "Series"));
  packer.Finish();
  series.labels_begin = packer.begin();
  series.labels_end = response->packed_labels.size();
  series.chunk_end = static_cast<uint32_t>(response->chunks.size());
  response->series.push_back(series);
  return OkStatus();
}

Status DecodeBatch(std::string_view bytes, SeriesResponse* response) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) {
      RETURN_IF_ERROR(DecodeSeries(reader.Bytes(), response));
    } else {
      reader.Skip();
    }
  }
  return DecodeStatus(reader, "SeriesBatch");
}

size_t LabelSize(const model::LabelView& label) {
  return 2 + UvarintSize(label.name.size()) + label.name.size() + UvarintSize(label.value.size()) +
         label.value.size();
}

/// Size of the Chunk message; the type is left out when zero.
size_t ChunkSize(const WireChunk& chunk, uint64_t hash) {
  return (chunk.type != 0 ? 2 : 0) +
         (chunk.data.empty() ? 0 : 1 + UvarintSize(chunk.data.size()) + chunk.data.size()) +
         (hash != 0 ? 1 + UvarintSize(hash) : 0);
}

size_t TimeSize(TimestampMs time) {
  return time == 0 ? 0 : 1 + UvarintSize(static_cast<uint64_t>(time));
}

/// The chunks at the front that make one AggrChunk: equal times, ascending aggregates.
size_t AggrRun(std::span<const WireChunk> chunks) {
  size_t count = 1;
  while (count < chunks.size() && chunks[count].min_time == chunks[0].min_time &&
         chunks[count].max_time == chunks[0].max_time &&
         chunks[count].aggregate > chunks[count - 1].aggregate) {
    ++count;
  }
  return count;
}

void EncodeAggrChunk(std::span<const WireChunk> chunks, ProtoWriter* writer) {
  uint64_t hashes[kAggregateMax + 1];
  size_t size = TimeSize(chunks[0].min_time) + TimeSize(chunks[0].max_time);
  for (size_t i = 0; i < chunks.size(); ++i) {
    hashes[i] = XxHash64(chunks[i].data);
    const size_t chunk_size = ChunkSize(chunks[i], hashes[i]);
    size += 1 + UvarintSize(chunk_size) + chunk_size;
  }
  writer->Key(2, WireType::kBytes);
  PutUvarint(writer->out(), size);
  writer->Int64(1, chunks[0].min_time);
  writer->Int64(2, chunks[0].max_time);
  for (size_t i = 0; i < chunks.size(); ++i) {
    writer->Key(kFirstChunkField + chunks[i].aggregate, WireType::kBytes);
    PutUvarint(writer->out(), ChunkSize(chunks[i], hashes[i]));
    writer->Uint64(1, chunks[i].type);
    writer->Bytes(2, chunks[i].data);
    writer->Uint64(3, hashes[i]);
  }
}

void EncodeSeries(const SeriesToSend& series, uint32_t field, ProtoWriter* writer) {
  const size_t message = writer->BeginLarge(field);
  EncodeLabels(writer, 1, series.labels);
  for (std::span<const WireChunk> rest = series.chunks; !rest.empty();) {
    const size_t run = AggrRun(rest);
    EncodeAggrChunk(rest.first(run), writer);
    rest = rest.subspan(run);
  }
  writer->EndLarge(message);
}

}  // namespace

void SeriesResponse::clear() {
  series.clear();
  chunks.clear();
  packed_labels.clear();
  warnings.clear();
  hints.clear();
}

Status DecodeSeriesResponse(std::string_view bytes, SeriesResponse* response) {
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        RETURN_IF_ERROR(DecodeSeries(reader.Bytes(), response));
        break;
      case 2:
        response->warnings.push_back(reader.Text());
        break;
      case 3:
        response->hints = reader.Text();
        break;
      case 4:
        RETURN_IF_ERROR(DecodeBatch(reader.Bytes(), response));
        break;
      default:
        reader.Skip();
    }
  }
  return DecodeStatus(reader, "SeriesResponse");
}

size_t SeriesSizeBound(const SeriesToSend& series) {
  size_t size = 0;
  for (const model::LabelView label : series.labels) size += LabelSize(label) + 6;
  for (const WireChunk& chunk : series.chunks) size += chunk.data.size() + kChunkOverhead;
  return size;
}

void EncodeSeriesResponse(const SeriesToSend& series, std::string* out) {
  out->reserve(out->size() + SeriesSizeBound(series) + 16);
  ProtoWriter writer(out);
  EncodeSeries(series, 1, &writer);
}

void EncodeBatchResponse(std::span<const SeriesToSend> series, std::string* out) {
  size_t bound = 16;
  for (const SeriesToSend& one : series) bound += SeriesSizeBound(one) + 16;
  out->reserve(out->size() + bound);
  ProtoWriter writer(out);
  const size_t batch = writer.BeginLarge(4);
  for (const SeriesToSend& one : series) EncodeSeries(one, 1, &writer);
  writer.EndLarge(batch);
}

std::string EncodeWarningResponse(std::string_view warning) {
  std::string bytes;
  ProtoWriter(&bytes).AlwaysBytes(2, warning);
  return bytes;
}

std::string EncodeHintsResponse(std::string_view any_bytes) {
  std::string bytes;
  ProtoWriter(&bytes).AlwaysBytes(3, any_bytes);
  return bytes;
}

}  // namespace aion::wire
