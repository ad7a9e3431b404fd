#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteAlert(pbf_writer writer, const AlertInstance& alert) {
  AddLabelSet(writer, 1, alert.labels);
  AddLabelSet(writer, 2, alert.annotations);
  AddEnum(writer, 3, alert.state);
  if (alert.has_active_at) AddTime(writer, 4, alert.active_at);
  AddText(writer, 5, alert.value);
  AddEnum(writer, 6, alert.partial_response);
}

void WriteAlertingRule(pbf_writer writer, const Rule& rule) {
  AddEnum(writer, 1, rule.state);
  AddText(writer, 2, rule.name);
  AddText(writer, 3, rule.query);
  AddNumber(writer, 4, rule.duration_seconds);
  AddLabelSet(writer, 5, rule.labels);
  AddLabelSet(writer, 6, rule.annotations);
  for (const AlertInstance& alert : rule.alerts) WriteAlert(pbf_writer(writer, 7), alert);
  AddText(writer, 8, rule.health);
  AddText(writer, 9, rule.last_error);
  AddNumber(writer, 10, rule.evaluation_seconds);
  AddTime(writer, 11, rule.last_evaluation);
  AddNumber(writer, 12, rule.keep_firing_for_seconds);
}

void WriteRecordingRule(pbf_writer writer, const Rule& rule) {
  AddText(writer, 1, rule.name);
  AddText(writer, 2, rule.query);
  AddLabelSet(writer, 3, rule.labels);
  AddText(writer, 4, rule.health);
  AddText(writer, 5, rule.last_error);
  AddNumber(writer, 6, rule.evaluation_seconds);
  AddTime(writer, 7, rule.last_evaluation);
}

void WriteRule(pbf_writer writer, const Rule& rule) {
  if (rule.kind == Rule::Kind::kAlerting) {
    WriteAlertingRule(pbf_writer(writer, 2), rule);
  } else {
    WriteRecordingRule(pbf_writer(writer, 1), rule);
  }
}

void WriteGroup(pbf_writer writer, const RuleGroup& group) {
  AddText(writer, 1, group.name);
  AddText(writer, 2, group.file);
  for (const Rule& rule : group.rules) WriteRule(pbf_writer(writer, 3), rule);
  AddNumber(writer, 4, group.interval_seconds);
  AddNumber(writer, 5, group.evaluation_seconds);
  AddTime(writer, 6, group.last_evaluation);
  AddEnum(writer, 8, group.partial_response);
  AddInt(writer, 9, group.limit);
}

AlertInstance ReadAlert(pbf_reader reader) {
  AlertInstance alert;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: alert.labels = ReadLabelSet(reader); break;
      case 2: alert.annotations = ReadLabelSet(reader); break;
      case 3: alert.state = ReadEnum(reader, AlertState::kFiring, AlertState::kUnknown); break;
      case 4:
        alert.active_at = ReadTime(reader);
        alert.has_active_at = true;
        break;
      case 5: alert.value = ReadText(reader); break;
      case 6: alert.partial_response = ReadStrategy(reader); break;
      default: reader.skip();
    }
  }
  return alert;
}

Rule ReadAlertingRule(pbf_reader reader) {
  Rule rule;
  rule.kind = Rule::Kind::kAlerting;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: rule.state = ReadEnum(reader, AlertState::kFiring, AlertState::kUnknown); break;
      case 2: rule.name = ReadText(reader); break;
      case 3: rule.query = ReadText(reader); break;
      case 4: rule.duration_seconds = reader.get_double(); break;
      case 5: rule.labels = ReadLabelSet(reader); break;
      case 6: rule.annotations = ReadLabelSet(reader); break;
      case 7: rule.alerts.push_back(ReadAlert(reader.get_message())); break;
      case 8: rule.health = ReadText(reader); break;
      case 9: rule.last_error = ReadText(reader); break;
      case 10: rule.evaluation_seconds = reader.get_double(); break;
      case 11: rule.last_evaluation = ReadTime(reader); break;
      case 12: rule.keep_firing_for_seconds = reader.get_double(); break;
      default: reader.skip();
    }
  }
  return rule;
}

Rule ReadRecordingRule(pbf_reader reader) {
  Rule rule;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: rule.name = ReadText(reader); break;
      case 2: rule.query = ReadText(reader); break;
      case 3: rule.labels = ReadLabelSet(reader); break;
      case 4: rule.health = ReadText(reader); break;
      case 5: rule.last_error = ReadText(reader); break;
      case 6: rule.evaluation_seconds = reader.get_double(); break;
      case 7: rule.last_evaluation = ReadTime(reader); break;
      default: reader.skip();
    }
  }
  return rule;
}

Rule ReadRule(pbf_reader reader) {
  Rule rule;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: rule = ReadRecordingRule(reader.get_message()); break;
      case 2: rule = ReadAlertingRule(reader.get_message()); break;
      default: reader.skip();
    }
  }
  return rule;
}

RuleGroup ReadGroup(pbf_reader reader) {
  RuleGroup group;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: group.name = ReadText(reader); break;
      case 2: group.file = ReadText(reader); break;
      case 3: group.rules.push_back(ReadRule(reader.get_message())); break;
      case 4: group.interval_seconds = reader.get_double(); break;
      case 5: group.evaluation_seconds = reader.get_double(); break;
      case 6: group.last_evaluation = ReadTime(reader); break;
      case 8: group.partial_response = ReadStrategy(reader); break;
      case 9: group.limit = reader.get_int64(); break;
      default: reader.skip();
    }
  }
  return group;
}

}  // namespace

std::string Encode(const RulesRequest& request) {
  std::string bytes;
  pbf_writer writer(bytes);
  AddEnum(writer, 1, request.type);
  AddEnum(writer, 2, request.partial_response);
  for (const std::string& matcher : request.matchers) writer.add_string(3, matcher);
  for (const std::string& name : request.rule_names) writer.add_string(4, name);
  for (const std::string& name : request.rule_groups) writer.add_string(5, name);
  for (const std::string& file : request.files) writer.add_string(6, file);
  return bytes;
}

Status Decode(std::string_view bytes, RulesRequest* request) {
  return Decoding("thanos.RulesRequest", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1:
          request->type = ReadEnum(reader, RulesRequest::Type::kRecord, RulesRequest::Type::kAll);
          break;
        case 2: request->partial_response = ReadStrategy(reader); break;
        case 3: request->matchers.push_back(ReadText(reader)); break;
        case 4: request->rule_names.push_back(ReadText(reader)); break;
        case 5: request->rule_groups.push_back(ReadText(reader)); break;
        case 6: request->files.push_back(ReadText(reader)); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

std::string Encode(const RulesMessage& message) {
  std::string bytes;
  pbf_writer writer(bytes);
  if (message.group) WriteGroup(pbf_writer(writer, 1), *message.group);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, RulesMessage* message) {
  return Decoding("thanos.RulesResponse", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: message->group = ReadGroup(reader.get_message()); break;
        case 2: message->warning = ReadText(reader); break;
        default: reader.skip();
      }
    }
    return OkStatus();
  });
}

}  // namespace aion::fleet
