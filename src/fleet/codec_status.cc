#include "fleet/codec.h"
#include "fleet/codec_parts.h"
#include "wire/labels_codec.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteList(Writer& writer, uint32_t field, const std::vector<Statistic>& list) {
  for (const Statistic& statistic : list) {
    Writer one(writer, field);
    AddText(one, 1, statistic.name);
    AddUint(one, 2, statistic.value);
  }
}

void WriteStatistics(Writer writer, const TsdbStatistics& statistics) {
  {
    Writer head(writer, 1);
    AddUint(head, 1, statistics.head.series_count);
    AddInt(head, 2, statistics.head.label_pair_count);
    AddInt(head, 3, statistics.head.chunk_count);
    AddInt(head, 4, statistics.head.min_time);
    AddInt(head, 5, statistics.head.max_time);
  }
  WriteList(writer, 2, statistics.series_count_by_metric_name);
  WriteList(writer, 3, statistics.label_value_count_by_label_name);
  WriteList(writer, 4, statistics.memory_bytes_by_label_name);
  WriteList(writer, 5, statistics.series_count_by_label_value_pair);
}

void WriteByTenant(Writer writer, const TsdbStatusResponse& response) {
  for (const auto& [tenant, statistics] : response.by_tenant) {
    Writer entry(writer, 1);
    AddText(entry, 1, tenant);
    WriteStatistics(Writer(entry, 2), statistics);
  }
}

HeadStatistics ReadHead(Reader reader) {
  HeadStatistics head;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        head.series_count = reader.Uint64();
        break;
      case 2:
        head.label_pair_count = reader.Int64();
        break;
      case 3:
        head.chunk_count = reader.Int64();
        break;
      case 4:
        head.min_time = reader.Int64();
        break;
      case 5:
        head.max_time = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return head;
}

Statistic ReadStatistic(Reader reader) {
  Statistic statistic;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        statistic.name = reader.Text();
        break;
      case 2:
        statistic.value = reader.Uint64();
        break;
      default:
        reader.Skip();
    }
  }
  return statistic;
}

TsdbStatistics ReadStatistics(Reader reader) {
  TsdbStatistics statistics;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        statistics.head = ReadHead(reader.Message());
        break;
      case 2:
        statistics.series_count_by_metric_name.push_back(ReadStatistic(reader.Message()));
        break;
      case 3:
        statistics.label_value_count_by_label_name.push_back(ReadStatistic(reader.Message()));
        break;
      case 4:
        statistics.memory_bytes_by_label_name.push_back(ReadStatistic(reader.Message()));
        break;
      case 5:
        statistics.series_count_by_label_value_pair.push_back(ReadStatistic(reader.Message()));
        break;
      default:
        reader.Skip();
    }
  }
  return statistics;
}

void ReadEntry(Reader reader, TsdbStatusResponse* response) {
  std::string tenant;
  TsdbStatistics statistics;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        tenant = reader.Text();
        break;
      case 2:
        statistics = ReadStatistics(reader.Message());
        break;
      default:
        reader.Skip();
    }
  }
  response->by_tenant.insert_or_assign(std::move(tenant), std::move(statistics));
}

TsdbStatusResponse ReadByTenant(Reader reader) {
  TsdbStatusResponse response;
  while (reader.Next()) {
    if (reader.field() == 1) {
      ReadEntry(reader.Message(), &response);
    } else {
      reader.Skip();
    }
  }
  return response;
}

}  // namespace

std::string Encode(const TsdbStatusRequest& request) {
  std::string bytes;
  Writer writer(&bytes);
  AddText(writer, 1, request.tenant);
  AddInt(writer, 2, request.limit);
  AddEnum(writer, 3, request.partial_response);
  wire::EncodeMatchers(&writer.proto(), 4, request.matchers);
  return bytes;
}

Status Decode(std::string_view bytes, TsdbStatusRequest* request) {
  Status matchers;
  RETURN_IF_ERROR(DecodeFields("thanos.TSDBStatisticsRequest", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        request->tenant = reader.Text();
        break;
      case 2:
        request->limit = reader.Int32();
        break;
      case 3:
        request->partial_response = ReadStrategy(reader);
        break;
      case 4: {
        Status status = wire::DecodeMatcher(reader.Bytes(), &request->matchers);
        if (matchers.ok()) matchers = std::move(status);
        break;
      }
      default:
        reader.Skip();
    }
  }));
  return matchers;
}

std::string Encode(const TsdbStatusMessage& message) {
  std::string bytes;
  Writer writer(&bytes);
  if (message.statistics) WriteByTenant(Writer(writer, 1), *message.statistics);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, TsdbStatusMessage* message) {
  return DecodeFields("thanos.TSDBStatisticsResponse", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        message->statistics = ReadByTenant(reader.Message());
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
