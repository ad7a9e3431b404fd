#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteActive(Writer writer, const ActiveTarget& target) {
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

void WriteTargets(Writer writer, const TargetsResponse& targets) {
  for (const ActiveTarget& target : targets.active) WriteActive(Writer(writer, 1), target);
  for (const DroppedTarget& target : targets.dropped) {
    Writer dropped(writer, 2);
    AddLabelSet(dropped, 1, target.discovered_labels);
  }
}

ActiveTarget ReadActive(Reader reader) {
  ActiveTarget target;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        target.discovered_labels = ReadLabelSet(reader);
        break;
      case 2:
        target.labels = ReadLabelSet(reader);
        break;
      case 3:
        target.scrape_pool = reader.Text();
        break;
      case 4:
        target.scrape_url = reader.Text();
        break;
      case 5:
        target.global_url = reader.Text();
        break;
      case 6:
        target.last_error = reader.Text();
        break;
      case 7:
        target.last_scrape = ReadTime(reader);
        break;
      case 8:
        target.last_scrape_seconds = reader.Double();
        break;
      case 9:
        target.health = ReadEnum(reader, TargetHealth::kUnknown, TargetHealth::kUnknown);
        break;
      default:
        reader.Skip();
    }
  }
  return target;
}

DroppedTarget ReadDropped(Reader reader) {
  DroppedTarget target;
  while (reader.Next()) {
    if (reader.field() == 1) {
      target.discovered_labels = ReadLabelSet(reader);
    } else {
      reader.Skip();
    }
  }
  return target;
}

TargetsResponse ReadTargets(Reader reader) {
  TargetsResponse targets;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        targets.active.push_back(ReadActive(reader.Message()));
        break;
      case 2:
        targets.dropped.push_back(ReadDropped(reader.Message()));
        break;
      default:
        reader.Skip();
    }
  }
  return targets;
}

}  // namespace

std::string Encode(const TargetsRequest& request) {
  std::string bytes;
  Writer writer(&bytes);
  AddEnum(writer, 1, request.state);
  AddEnum(writer, 2, request.partial_response);
  return bytes;
}

Status Decode(std::string_view bytes, TargetsRequest* request) {
  return DecodeFields("thanos.TargetsRequest", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        request->state =
            ReadEnum(reader, TargetsRequest::State::kDropped, TargetsRequest::State::kAny);
        break;
      case 2:
        request->partial_response = ReadStrategy(reader);
        break;
      default:
        reader.Skip();
    }
  });
}

std::string Encode(const TargetsMessage& message) {
  std::string bytes;
  Writer writer(&bytes);
  if (message.targets) WriteTargets(Writer(writer, 1), *message.targets);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, TargetsMessage* message) {
  return DecodeFields("thanos.TargetsResponse", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        message->targets = ReadTargets(reader.Message());
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
