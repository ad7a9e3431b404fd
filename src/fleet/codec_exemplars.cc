#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteSeries(pbf_writer writer, const ExemplarSeries& series) {
  AddLabelSet(writer, 1, series.labels);
  for (const Exemplar& exemplar : series.exemplars) {
    pbf_writer one(writer, 2);
    AddLabelSet(one, 1, exemplar.labels);
    AddNumber(one, 2, exemplar.value);
    AddInt(one, 3, exemplar.time);
  }
}

Exemplar ReadExemplar(pbf_reader reader) {
  Exemplar exemplar;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: exemplar.labels = ReadLabelSet(reader); break;
      case 2: exemplar.value = reader.get_double(); break;
      case 3: exemplar.time = reader.get_int64(); break;
      default: reader.skip();
    }
  }
  return exemplar;
}

ExemplarSeries ReadSeries(pbf_reader reader) {
  ExemplarSeries series;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: series.labels = ReadLabelSet(reader); break;
      case 2: series.exemplars.push_back(ReadExemplar(reader.get_message())); break;
      default: reader.skip();
    }
  }
  return series;
}

}  // namespace

std::string Encode(const ExemplarsRequest& request) {
  std::string bytes;
  pbf_writer writer(bytes);
  AddText(writer, 1, request.query);
  AddInt(writer, 2, request.range.min);
  AddInt(writer, 3, request.range.max);
  AddEnum(writer, 4, request.partial_response);
  return bytes;
}

Status Decode(std::string_view bytes, ExemplarsRequest* request) {
  return Decoding("thanos.ExemplarsRequest", [&]() -> Status {
    request->range = {0, 0};
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: request->query = ReadText(reader); break;
        case 2: request->range.min = reader.get_int64(); break;
        case 3: request->range.max = reader.get_int64(); break;
        case 4: request->partial_response = ReadStrategy(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

std::string Encode(const ExemplarsMessage& message) {
  std::string bytes;
  pbf_writer writer(bytes);
  if (message.series) WriteSeries(pbf_writer(writer, 1), *message.series);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, ExemplarsMessage* message) {
  return Decoding("thanos.ExemplarsResponse", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: message->series = ReadSeries(reader.get_message()); break;
        case 2: message->warning = ReadText(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

}  // namespace aion::fleet
