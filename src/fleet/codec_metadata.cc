#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteMeta(Writer writer, const MetricMeta& meta) {
  AddText(writer, 1, meta.type);
  AddText(writer, 2, meta.help);
  AddText(writer, 3, meta.unit);
}

// A map is a repeated message of key (1) and value (2); the value holds its metas in field 2.
void WriteMetadata(Writer writer, const MetadataResponse& metadata) {
  for (const auto& [metric, metas] : metadata.metadata) {
    Writer entry(writer, 1);
    AddText(entry, 1, metric);
    Writer value(entry, 2);
    for (const MetricMeta& meta : metas) WriteMeta(Writer(value, 2), meta);
  }
}

MetricMeta ReadMeta(Reader reader) {
  MetricMeta meta;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        meta.type = reader.Text();
        break;
      case 2:
        meta.help = reader.Text();
        break;
      case 3:
        meta.unit = reader.Text();
        break;
      default:
        reader.Skip();
    }
  }
  return meta;
}

std::vector<MetricMeta> ReadMetas(Reader reader) {
  std::vector<MetricMeta> metas;
  while (reader.Next()) {
    if (reader.field() == 2) {
      metas.push_back(ReadMeta(reader.Message()));
    } else {
      reader.Skip();
    }
  }
  return metas;
}

void ReadEntry(Reader reader, MetadataResponse* metadata) {
  std::string metric;
  std::vector<MetricMeta> metas;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        metric = reader.Text();
        break;
      case 2:
        metas = ReadMetas(reader.Message());
        break;
      default:
        reader.Skip();
    }
  }
  metadata->metadata.insert_or_assign(std::move(metric), std::move(metas));
}

MetadataResponse ReadMetadata(Reader reader) {
  MetadataResponse metadata;
  while (reader.Next()) {
    if (reader.field() == 1) {
      ReadEntry(reader.Message(), &metadata);
    } else {
      reader.Skip();
    }
  }
  return metadata;
}

}  // namespace

std::string Encode(const MetadataRequest& request) {
  std::string bytes;
  Writer writer(&bytes);
  AddText(writer, 1, request.metric);
  AddInt(writer, 2, request.limit);
  AddEnum(writer, 3, request.partial_response);
  return bytes;
}

Status Decode(std::string_view bytes, MetadataRequest* request) {
  request->limit = 0;
  return DecodeFields("thanos.MetricMetadataRequest", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        request->metric = reader.Text();
        break;
      case 2:
        request->limit = reader.Int32();
        break;
      case 3:
        request->partial_response = ReadStrategy(reader);
        break;
      default:
        reader.Skip();
    }
  });
}

std::string Encode(const MetadataMessage& message) {
  std::string bytes;
  Writer writer(&bytes);
  if (message.metadata) WriteMetadata(Writer(writer, 1), *message.metadata);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, MetadataMessage* message) {
  return DecodeFields("thanos.MetricMetadataResponse", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        message->metadata = ReadMetadata(reader.Message());
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
