#include "wire/time_series.h"

#include "wire/labels_codec.h"

namespace aion::wire {
namespace {

void EncodeSpans(ProtoWriter* writer, uint32_t field,
                 const std::vector<model::HistogramSpan>& spans) {
  for (const model::HistogramSpan& span : spans) {
    const size_t message = writer->Begin(field);
    writer->Sint64(1, span.offset);
    writer->Uint64(2, span.length);
    writer->End(message);
  }
}

void EncodeDoubles(ProtoWriter* writer, uint32_t field, const std::vector<double>& values) {
  if (values.empty()) return;
  writer->Key(field, WireType::kBytes);
  PutUvarint(writer->out(), values.size() * sizeof(double));
  for (const double value : values) writer->RawDouble(value);
}

bool DecodeSpan(std::string_view bytes, std::vector<model::HistogramSpan>* spans) {
  model::HistogramSpan span;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        span.offset = reader.Sint32();
        break;
      case 2:
        span.length = reader.Uint32();
        break;
      default:
        reader.Skip();
    }
  }
  spans->push_back(span);
  return reader.ok();
}

void DecodeDoubles(ProtoReader* reader, std::vector<double>* values) {
  reader->Repeated(WireType::kFixed64,
                   [&](ByteCursor& cursor) { values->push_back(ProtoReader::Fixed64(cursor)); });
}

/// Deltas from bucket to bucket become absolute counts.
void DecodeDeltas(ProtoReader* reader, std::vector<double>* counts, int64_t* last) {
  reader->Repeated(WireType::kVarint, [&](ByteCursor& cursor) {
    *last =
        static_cast<int64_t>(static_cast<uint64_t>(*last) + static_cast<uint64_t>(cursor.Varint()));
    counts->push_back(static_cast<double>(*last));
  });
}

bool DecodeSample(std::string_view bytes, std::vector<model::FloatPoint>* samples) {
  model::FloatPoint& point = samples->emplace_back();
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
  return reader.ok();
}

bool DecodeExemplar(std::string_view bytes, std::vector<WireExemplar>* exemplars) {
  WireExemplar& exemplar = exemplars->emplace_back();
  std::string packed;
  LabelPacker packer(&packed);
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        if (!packer.Add(reader.Bytes())) return false;
        break;
      case 2:
        exemplar.value = reader.Double();
        break;
      case 3:
        exemplar.time = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  packer.Finish();
  exemplar.labels = model::Labels::FromPacked(std::move(packed));
  return reader.ok();
}

}  // namespace

void EncodeHistogram(ProtoWriter* writer, uint32_t field, const model::HistogramPoint& point) {
  const model::FloatHistogram& h = *point.histogram;
  const size_t message = writer->Begin(field);
  writer->AlwaysDouble(2, h.count);
  writer->Double(3, h.sum);
  writer->Sint64(4, h.schema);
  writer->Double(5, h.zero_threshold);
  writer->AlwaysDouble(7, h.zero_count);
  EncodeSpans(writer, 8, h.negative_spans);
  EncodeDoubles(writer, 10, h.negative_buckets);
  EncodeSpans(writer, 11, h.positive_spans);
  EncodeDoubles(writer, 13, h.positive_buckets);
  writer->Uint64(14, static_cast<uint64_t>(h.counter_reset_hint));
  writer->Int64(15, point.time);
  EncodeDoubles(writer, 16, h.custom_values);
  writer->End(message);
}

Status DecodeHistogram(std::string_view bytes, model::HistogramPoint* point) {
  auto histogram = std::make_shared<model::FloatHistogram>();
  model::FloatHistogram& h = *histogram;
  int64_t last_negative = 0, last_positive = 0;
  bool good = true;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        h.count = static_cast<double>(reader.Uint64());
        break;
      case 2:
        h.count = reader.Double();
        break;
      case 3:
        h.sum = reader.Double();
        break;
      case 4:
        h.schema = reader.Sint32();
        break;
      case 5:
        h.zero_threshold = reader.Double();
        break;
      case 6:
        h.zero_count = static_cast<double>(reader.Uint64());
        break;
      case 7:
        h.zero_count = reader.Double();
        break;
      case 8:
        good &= DecodeSpan(reader.Bytes(), &h.negative_spans);
        break;
      case 9:
        DecodeDeltas(&reader, &h.negative_buckets, &last_negative);
        break;
      case 10:
        DecodeDoubles(&reader, &h.negative_buckets);
        break;
      case 11:
        good &= DecodeSpan(reader.Bytes(), &h.positive_spans);
        break;
      case 12:
        DecodeDeltas(&reader, &h.positive_buckets, &last_positive);
        break;
      case 13:
        DecodeDoubles(&reader, &h.positive_buckets);
        break;
      case 14:
        h.counter_reset_hint = static_cast<model::CounterResetHint>(reader.Uint64() & 3);
        break;
      case 15:
        point->time = reader.Int64();
        break;
      case 16:
        DecodeDoubles(&reader, &h.custom_values);
        break;
      default:
        reader.Skip();
    }
  }
  if (!good) reader.Fail();
  RETURN_IF_ERROR(DecodeStatus(reader, "Histogram"));
  if (const Status status = model::Validate(h); !status.ok())
    return status.WithContext("decode Histogram");
  point->histogram = std::move(histogram);
  return OkStatus();
}

void EncodeTimeSeries(ProtoWriter* writer, uint32_t field, const TimeSeries& series) {
  const size_t message = writer->BeginLarge(field);
  EncodeLabels(writer, 1, series.labels);
  for (const model::FloatPoint& point : series.samples) {
    const size_t sample = writer->Begin(2);
    writer->Double(1, point.value);
    writer->Int64(2, point.time);
    writer->End(sample);
  }
  for (const WireExemplar& exemplar : series.exemplars) {
    const size_t nested = writer->Begin(3);
    EncodeLabels(writer, 1, exemplar.labels);
    writer->Double(2, exemplar.value);
    writer->Int64(3, exemplar.time);
    writer->End(nested);
  }
  for (const model::HistogramPoint& point : series.histograms) EncodeHistogram(writer, 4, point);
  writer->EndLarge(message);
}

Status DecodeTimeSeries(std::string_view bytes, TimeSeries* series) {
  *series = {};
  std::string packed;
  LabelPacker packer(&packed);
  bool good = true;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        good &= packer.Add(reader.Bytes());
        break;
      case 2:
        good &= DecodeSample(reader.Bytes(), &series->samples);
        break;
      case 3:
        good &= DecodeExemplar(reader.Bytes(), &series->exemplars);
        break;
      case 4:
        RETURN_IF_ERROR(DecodeHistogram(reader.Bytes(), &series->histograms.emplace_back()));
        break;
      default:
        reader.Skip();
    }
  }
  if (!good) reader.Fail();
  RETURN_IF_ERROR(DecodeStatus(reader, "TimeSeries"));
  packer.Finish();
  series->labels = model::Labels::FromPacked(std::move(packed));
  return OkStatus();
}

}  // namespace aion::wire
