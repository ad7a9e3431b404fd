#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteActive(pbf_writer writer, const ActiveTarget& target) {
  AddLabelSet(writer, 1, target.discovered_labels);
  AddLabelSet(writer, 2, target.labels);
  AddText(writer, 3, target.scrape_pool);
  AddText(writer, 4, target.scrape_url);
  AddText(writer, 5, target.global_url);
  AddText(writer, 6, target.last_error);
  AddTime(writer, 7, target.last_scrape);
  AddNumber(writer, 8, target.last_scrape_seconds);
  AddEnum(writer, 9, target.health);
}

void WriteTargets(pbf_writer writer, const TargetsResponse& targets) {
  for (const ActiveTarget& target : targets.active) WriteActive(pbf_writer(writer, 1), target);
  for (const DroppedTarget& target : targets.dropped) {
    pbf_writer dropped(writer, 2);
    AddLabelSet(dropped, 1, target.discovered_labels);
  }
}

ActiveTarget ReadActive(pbf_reader reader) {
  ActiveTarget target;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: target.discovered_labels = ReadLabelSet(reader); break;
      case 2: target.labels = ReadLabelSet(reader); break;
      case 3: target.scrape_pool = ReadText(reader); break;
      case 4: target.scrape_url = ReadText(reader); break;
      case 5: target.global_url = ReadText(reader); break;
      case 6: target.last_error = ReadText(reader); break;
      case 7: target.last_scrape = ReadTime(reader); break;
      case 8: target.last_scrape_seconds = reader.get_double(); break;
      case 9: target.health = ReadEnum(reader, TargetHealth::kUnknown, TargetHealth::kUnknown); break;
      default: reader.skip();
    }
  }
  return target;
}

DroppedTarget ReadDropped(pbf_reader reader) {
  DroppedTarget target;
  while (reader.next()) {
    if (reader.tag() == 1) {
      target.discovered_labels = ReadLabelSet(reader);
    } else {
      reader.skip();
    }
  }
  return target;
}

TargetsResponse ReadTargets(pbf_reader reader) {
  TargetsResponse targets;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: targets.active.push_back(ReadActive(reader.get_message())); break;
      case 2: targets.dropped.push_back(ReadDropped(reader.get_message())); break;
      default: reader.skip();
    }
  }
  return targets;
}

}  // namespace

std::string Encode(const TargetsRequest& request) {
  std::string bytes;
  pbf_writer writer(bytes);
  AddEnum(writer, 1, request.state);
  AddEnum(writer, 2, request.partial_response);
  return bytes;
}

Status Decode(std::string_view bytes, TargetsRequest* request) {
  return Decoding("thanos.TargetsRequest", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1:
          request->state = ReadEnum(reader, TargetsRequest::State::kDropped, TargetsRequest::State::kAny);
          break;
        case 2: request->partial_response = ReadStrategy(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

std::string Encode(const TargetsMessage& message) {
  std::string bytes;
  pbf_writer writer(bytes);
  if (message.targets) WriteTargets(pbf_writer(writer, 1), *message.targets);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, TargetsMessage* message) {
  return Decoding("thanos.TargetsResponse", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: message->targets = ReadTargets(reader.get_message()); break;
        case 2: message->warning = ReadText(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

}  // namespace aion::fleet
