#include "fleet/codec_parts.h"

namespace aion::fleet::internal {
namespace {

std::pair<std::string, std::string> ReadLabel(std::string_view bytes) {
  std::pair<std::string, std::string> label;
  pbf_reader reader = ReaderOf(bytes);
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: label.first = ReadText(reader); break;
      case 2: label.second = ReadText(reader); break;
      default: reader.skip();
    }
  }
  return label;
}

}  // namespace

void AddLabelSet(pbf_writer& writer, protozero::pbf_tag_type tag, model::LabelsView labels) {
  pbf_writer set(writer, tag);
  for (const model::LabelView label : labels) {
    pbf_writer pair(set, 1);
    AddText(pair, 1, label.name);
    AddText(pair, 2, label.value);
  }
}

model::Labels ReadLabelSet(pbf_reader& reader) {
  std::vector<std::pair<std::string, std::string>> pairs;
  pbf_reader set = reader.get_message();
  while (set.next()) {
    if (set.tag() == 1) {
      pairs.push_back(ReadLabel(ReadView(set)));
    } else {
      set.skip();
    }
  }
  return model::Labels::FromPairs(std::move(pairs));
}

void AddTime(pbf_writer& writer, protozero::pbf_tag_type tag, TimePoint time) {
  pbf_writer message(writer, tag);
  AddInt(message, 1, time.unix_seconds);
  if (time.nanos != 0) message.add_int32(2, time.nanos);
}

TimePoint ReadTime(pbf_reader& reader) {
  TimePoint time{0, 0};
  pbf_reader message = reader.get_message();
  while (message.next()) {
    switch (message.tag()) {
      case 1: time.unix_seconds = message.get_int64(); break;
      case 2: time.nanos = message.get_int32(); break;
      default: message.skip();
    }
  }
  if (time.nanos < 0 || time.nanos >= 1'000'000'000) time.nanos = 0;
  return time;
}

}  // namespace aion::fleet::internal
