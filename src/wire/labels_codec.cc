#include "wire/labels_codec.h"

namespace aion::wire {

bool LabelPacker::Add(std::string_view message) {
  std::string_view name, value;
  ProtoReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        name = reader.Bytes();
        break;
      case 2:
        value = reader.Bytes();
        break;
      default:
        reader.Skip();
    }
  }
  if (!reader.ok()) return false;
  if (value.empty() || name.empty()) {
    // An empty value still removes an earlier label of the name: the slow path sorts that out.
    sorted_ = sorted_ && name > previous_;
    if (sorted_) return true;
  }
  sorted_ = sorted_ && name > previous_;
  previous_ = name;
  model::AppendPackedLabel(arena_, name, value);
  return true;
}

void LabelPacker::Finish() {
  if (sorted_) return;
  const std::string packed = arena_->substr(begin_);
  model::LabelsBuilder builder;
  for (const model::LabelView label : model::LabelsView(packed)) {
    if (!label.name.empty()) builder.Set(label.name, label.value);
  }
  arena_->resize(begin_);
  builder.AppendPacked(arena_);
}

StatusOr<model::Labels> DecodeLabelSet(std::string_view bytes) {
  std::string packed;
  LabelPacker packer(&packed);
  ProtoReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() != 1) {
      reader.Skip();
    } else if (!packer.Add(reader.Bytes())) {
      reader.Fail();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "LabelSet"));
  packer.Finish();
  return model::Labels::FromPacked(std::move(packed));
}

void EncodeLabels(ProtoWriter* writer, uint32_t field, model::LabelsView labels) {
  for (const model::LabelView label : labels) {
    const size_t size = 2 + UvarintSize(label.name.size()) + label.name.size() +
                        UvarintSize(label.value.size()) + label.value.size();
    writer->Key(field, WireType::kBytes);
    PutUvarint(writer->out(), size);
    writer->AlwaysBytes(1, label.name);
    writer->AlwaysBytes(2, label.value);
  }
}

void EncodeLabelSet(ProtoWriter* writer, uint32_t field, model::LabelsView labels) {
  const size_t set = writer->Begin(field);
  EncodeLabels(writer, 1, labels);
  writer->End(set);
}

Status DecodeMatcher(std::string_view bytes, std::vector<model::Matcher>* out) {
  uint64_t type = 0;
  std::string name, value;
  ProtoReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        type = reader.Uint64();
        break;
      case 2:
        name = reader.Text();
        break;
      case 3:
        value = reader.Text();
        break;
      default:
        reader.Skip();
    }
  }
  RETURN_IF_ERROR(DecodeStatus(reader, "LabelMatcher"));
  if (type > 3) return InvalidArgumentError("unrecognised matcher type: " + std::to_string(type));
  ASSIGN_OR_RETURN(model::Matcher matcher,
                   model::Matcher::Create(static_cast<model::MatchType>(type), std::move(name),
                                          std::move(value)));
  out->push_back(std::move(matcher));
  return OkStatus();
}

void EncodeMatchers(ProtoWriter* writer, uint32_t field,
                    const std::vector<model::Matcher>& matchers) {
  for (const model::Matcher& matcher : matchers) {
    const size_t message = writer->Begin(field);
    writer->Uint64(1, static_cast<uint64_t>(matcher.type()));
    writer->Bytes(2, matcher.name());
    writer->Bytes(3, matcher.value());
    writer->End(message);
  }
}

}  // namespace aion::wire
