#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteList(pbf_writer& writer, protozero::pbf_tag_type tag, const std::vector<Statistic>& list) {
  for (const Statistic& statistic : list) {
    pbf_writer one(writer, tag);
    AddText(one, 1, statistic.name);
    if (statistic.value != 0) one.add_uint64(2, statistic.value);
  }
}

void WriteStatistics(pbf_writer writer, const TsdbStatistics& statistics) {
  {
    pbf_writer head(writer, 1);
    if (statistics.head.series_count != 0) head.add_uint64(1, statistics.head.series_count);
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

void WriteByTenant(pbf_writer writer, const TsdbStatusResponse& response) {
  for (const auto& [tenant, statistics] : response.by_tenant) {
    pbf_writer entry(writer, 1);
    AddText(entry, 1, tenant);
    WriteStatistics(pbf_writer(entry, 2), statistics);
  }
}

HeadStatistics ReadHead(pbf_reader reader) {
  HeadStatistics head;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: head.series_count = reader.get_uint64(); break;
      case 2: head.label_pair_count = reader.get_int64(); break;
      case 3: head.chunk_count = reader.get_int64(); break;
      case 4: head.min_time = reader.get_int64(); break;
      case 5: head.max_time = reader.get_int64(); break;
      default: reader.skip();
    }
  }
  return head;
}

Statistic ReadStatistic(pbf_reader reader) {
  Statistic statistic;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: statistic.name = ReadText(reader); break;
      case 2: statistic.value = reader.get_uint64(); break;
      default: reader.skip();
    }
  }
  return statistic;
}

TsdbStatistics ReadStatistics(pbf_reader reader) {
  TsdbStatistics statistics;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: statistics.head = ReadHead(reader.get_message()); break;
      case 2: statistics.series_count_by_metric_name.push_back(ReadStatistic(reader.get_message())); break;
      case 3: statistics.label_value_count_by_label_name.push_back(ReadStatistic(reader.get_message())); break;
      case 4: statistics.memory_bytes_by_label_name.push_back(ReadStatistic(reader.get_message())); break;
      case 5: statistics.series_count_by_label_value_pair.push_back(ReadStatistic(reader.get_message())); break;
      default: reader.skip();
    }
  }
  return statistics;
}

void ReadEntry(pbf_reader reader, TsdbStatusResponse* response) {
  std::string tenant;
  TsdbStatistics statistics;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: tenant = ReadText(reader); break;
      case 2: statistics = ReadStatistics(reader.get_message()); break;
      default: reader.skip();
    }
  }
  response->by_tenant.insert_or_assign(std::move(tenant), std::move(statistics));
}

TsdbStatusResponse ReadByTenant(pbf_reader reader) {
  TsdbStatusResponse response;
  while (reader.next()) {
    if (reader.tag() == 1) {
      ReadEntry(reader.get_message(), &response);
    } else {
      reader.skip();
    }
  }
  return response;
}

StatusOr<model::Matcher> ReadMatcher(pbf_reader reader) {
  int32_t type = 0;
  std::string name, value;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: type = reader.get_enum(); break;
      case 2: name = ReadText(reader); break;
      case 3: value = ReadText(reader); break;
      default: reader.skip();
    }
  }
  if (type < 0 || type > static_cast<int32_t>(model::MatchType::kNotRegex)) {
    return InvalidArgumentError("unrecognized label matcher type " + std::to_string(type));
  }
  return model::Matcher::Create(static_cast<model::MatchType>(type), std::move(name), std::move(value));
}

}  // namespace

std::string Encode(const TsdbStatusRequest& request) {
  std::string bytes;
  pbf_writer writer(bytes);
  AddText(writer, 1, request.tenant);
  if (request.limit != 0) writer.add_int32(2, request.limit);
  AddEnum(writer, 3, request.partial_response);
  for (const model::Matcher& matcher : request.matchers) {
    pbf_writer one(writer, 4);
    AddEnum(one, 1, matcher.type());
    AddText(one, 2, matcher.name());
    AddText(one, 3, matcher.value());
  }
  return bytes;
}

Status Decode(std::string_view bytes, TsdbStatusRequest* request) {
  return Decoding("thanos.TSDBStatisticsRequest", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: request->tenant = ReadText(reader); break;
        case 2: request->limit = reader.get_int32(); break;
        case 3: request->partial_response = ReadStrategy(reader); break;
        case 4: {
          ASSIGN_OR_RETURN(model::Matcher matcher, ReadMatcher(reader.get_message()));
          request->matchers.push_back(std::move(matcher));
          break;
        }
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

std::string Encode(const TsdbStatusMessage& message) {
  std::string bytes;
  pbf_writer writer(bytes);
  if (message.statistics) WriteByTenant(pbf_writer(writer, 1), *message.statistics);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, TsdbStatusMessage* message) {
  return Decoding("thanos.TSDBStatisticsResponse", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: message->statistics = ReadByTenant(reader.get_message()); break;
        case 2: message->warning = ReadText(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

}  // namespace aion::fleet
