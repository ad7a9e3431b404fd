#include "fleet/codec_parts.h"

namespace aion::fleet::internal {
namespace {

std::pair<std::string, std::string> ReadLabel(Reader reader) {
  std::pair<std::string, std::string> label;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        label.first = reader.Text();
        break;
      case 2:
        label.second = reader.Text();
        break;
      default:
        reader.Skip();
    }
  }
  return label;
}

}  // namespace

void AddLabelSet(Writer& writer, uint32_t field, model::LabelsView labels) {
  Writer set(writer, field);
  for (const model::LabelView label : labels) {
    Writer pair(set, 1);
    AddText(pair, 1, label.name);
    AddText(pair, 2, label.value);
  }
}

model::Labels ReadLabelSet(Reader& reader) {
  std::vector<std::pair<std::string, std::string>> pairs;
  Reader set = reader.Message();
  while (set.Next()) {
    if (set.field() == 1) {
      pairs.push_back(ReadLabel(set.Message()));
    } else {
      set.Skip();
    }
  }
  return model::Labels::FromPairs(std::move(pairs));
}

void AddTime(Writer& writer, uint32_t field, TimePoint time) {
  Writer message(writer, field);
  AddInt(message, 1, time.unix_seconds);
  AddInt(message, 2, time.nanos);
}

TimePoint ReadTime(Reader& reader) {
  TimePoint time{0, 0};
  Reader message = reader.Message();
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        time.unix_seconds = message.Int64();
        break;
      case 2:
        time.nanos = message.Int32();
        break;
      default:
        message.Skip();
    }
  }
  if (time.nanos < 0 || time.nanos >= 1'000'000'000) time.nanos = 0;
  return time;
}

}  // namespace aion::fleet::internal
