#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteSeries(Writer writer, const ExemplarSeries& series) {
  AddLabelSet(writer, 1, series.labels);
  for (const Exemplar& exemplar : series.exemplars) {
    Writer one(writer, 2);
    AddLabelSet(one, 1, exemplar.labels);
    AddNumber(one, 2, exemplar.value);
    AddInt(one, 3, exemplar.time);
  }
}

Exemplar ReadExemplar(Reader reader) {
  Exemplar exemplar;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        exemplar.labels = ReadLabelSet(reader);
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
  return exemplar;
}

ExemplarSeries ReadSeries(Reader reader) {
  ExemplarSeries series;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        series.labels = ReadLabelSet(reader);
        break;
      case 2:
        series.exemplars.push_back(ReadExemplar(reader.Message()));
        break;
      default:
        reader.Skip();
    }
  }
  return series;
}

}  // namespace

std::string Encode(const ExemplarsRequest& request) {
  std::string bytes;
  Writer writer(&bytes);
  AddText(writer, 1, request.query);
  AddInt(writer, 2, request.range.min);
  AddInt(writer, 3, request.range.max);
  AddEnum(writer, 4, request.partial_response);
  return bytes;
}

Status Decode(std::string_view bytes, ExemplarsRequest* request) {
  request->range = {0, 0};
  return DecodeFields("thanos.ExemplarsRequest", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        request->query = reader.Text();
        break;
      case 2:
        request->range.min = reader.Int64();
        break;
      case 3:
        request->range.max = reader.Int64();
        break;
      case 4:
        request->partial_response = ReadStrategy(reader);
        break;
      default:
        reader.Skip();
    }
  });
}

std::string Encode(const ExemplarsMessage& message) {
  std::string bytes;
  Writer writer(&bytes);
  if (message.series) WriteSeries(Writer(writer, 1), *message.series);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, ExemplarsMessage* message) {
  return DecodeFields("thanos.ExemplarsResponse", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        message->series = ReadSeries(reader.Message());
        break;
      case 2:
        message->warning = reader.Text();
        break;
      default:
        reader.Skip();
    }
  });
}

}  // namespace aion::fleet
