#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteMeta(pbf_writer writer, const MetricMeta& meta) {
  AddText(writer, 1, meta.type);
  AddText(writer, 2, meta.help);
  AddText(writer, 3, meta.unit);
}

// A map is a repeated message of key (1) and value (2); the value holds its metas in field 2.
void WriteMetadata(pbf_writer writer, const MetadataResponse& metadata) {
  for (const auto& [metric, metas] : metadata.metadata) {
    pbf_writer entry(writer, 1);
    AddText(entry, 1, metric);
    pbf_writer value(entry, 2);
    for (const MetricMeta& meta : metas) WriteMeta(pbf_writer(value, 2), meta);
  }
}

MetricMeta ReadMeta(pbf_reader reader) {
  MetricMeta meta;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: meta.type = ReadText(reader); break;
      case 2: meta.help = ReadText(reader); break;
      case 3: meta.unit = ReadText(reader); break;
      default: reader.skip();
    }
  }
  return meta;
}

std::vector<MetricMeta> ReadMetas(pbf_reader reader) {
  std::vector<MetricMeta> metas;
  while (reader.next()) {
    if (reader.tag() == 2) {
      metas.push_back(ReadMeta(reader.get_message()));
    } else {
      reader.skip();
    }
  }
  return metas;
}

void ReadEntry(pbf_reader reader, MetadataResponse* metadata) {
  std::string metric;
  std::vector<MetricMeta> metas;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: metric = ReadText(reader); break;
      case 2: metas = ReadMetas(reader.get_message()); break;
      default: reader.skip();
    }
  }
  metadata->metadata.insert_or_assign(std::move(metric), std::move(metas));
}

MetadataResponse ReadMetadata(pbf_reader reader) {
  MetadataResponse metadata;
  while (reader.next()) {
    if (reader.tag() == 1) {
      ReadEntry(reader.get_message(), &metadata);
    } else {
      reader.skip();
    }
  }
  return metadata;
}

}  // namespace

std::string Encode(const MetadataRequest& request) {
  std::string bytes;
  pbf_writer writer(bytes);
  AddText(writer, 1, request.metric);
  if (request.limit != 0) writer.add_int32(2, request.limit);
  AddEnum(writer, 3, request.partial_response);
  return bytes;
}

Status Decode(std::string_view bytes, MetadataRequest* request) {
  return Decoding("thanos.MetricMetadataRequest", [&]() -> Status {
    request->limit = 0;
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: request->metric = ReadText(reader); break;
        case 2: request->limit = reader.get_int32(); break;
        case 3: request->partial_response = ReadStrategy(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

std::string Encode(const MetadataMessage& message) {
  std::string bytes;
  pbf_writer writer(bytes);
  if (message.metadata) WriteMetadata(pbf_writer(writer, 1), *message.metadata);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, MetadataMessage* message) {
  return Decoding("thanos.MetricMetadataResponse", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: message->metadata = ReadMetadata(reader.get_message()); break;
        case 2: message->warning = ReadText(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

}  // namespace aion::fleet
