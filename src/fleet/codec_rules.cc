#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteAlert(Writer writer, const AlertInstance& alert) {
  AddLabelSet(writer, 1, alert.labels);
  AddLabelSet(writer, 2, alert.annotations);
  AddEnum(writer, 3, alert.state);
  if (alert.has_active_at) AddTime(writer, 4, alert.active_at);
  AddText(writer, 5, alert.value);
  AddEnum(writer, 6, alert.partial_response);
}

void WriteAlertingRule(Writer writer, const Rule& rule) {
  AddEnum(writer, 1, rule.state);
  AddText(writer, 2, rule.name);
  AddText(writer, 3, rule.query);
  AddNumber(writer, 4, rule.duration_seconds);
  AddLabelSet(writer, 5, rule.labels);
  AddLabelSet(writer, 6, rule.annotations);
  for (const AlertInstance& alert : rule.alerts) WriteAlert(Writer(writer, 7), alert);
  AddText(writer, 8, rule.health);
  AddText(writer, 9, rule.last_error);
  AddNumber(writer, 10, rule.evaluation_seconds);
  AddTime(writer, 11, rule.last_evaluation);
  AddNumber(writer, 12, rule.keep_firing_for_seconds);
}

void WriteRecordingRule(Writer writer, const Rule& rule) {
  AddText(writer, 1, rule.name);
  AddText(writer, 2, rule.query);
  AddLabelSet(writer, 3, rule.labels);
  AddText(writer, 4, rule.health);
  AddText(writer, 5, rule.last_error);
  AddNumber(writer, 6, rule.evaluation_seconds);
  AddTime(writer, 7, rule.last_evaluation);
}

void WriteRule(Writer writer, const Rule& rule) {
  if (rule.kind == Rule::Kind::kAlerting) {
    WriteAlertingRule(Writer(writer, 2), rule);
  } else {
    WriteRecordingRule(Writer(writer, 1), rule);
  }
}

void WriteGroup(Writer writer, const RuleGroup& group) {
  AddText(writer, 1, group.name);
  AddText(writer, 2, group.file);
  for (const Rule& rule : group.rules) WriteRule(Writer(writer, 3), rule);
  AddNumber(writer, 4, group.interval_seconds);
  AddNumber(writer, 5, group.evaluation_seconds);
  AddTime(writer, 6, group.last_evaluation);
  AddEnum(writer, 8, group.partial_response);
  AddInt(writer, 9, group.limit);
}

AlertInstance ReadAlert(Reader reader) {
  AlertInstance alert;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        alert.labels = ReadLabelSet(reader);
        break;
      case 2:
        alert.annotations = ReadLabelSet(reader);
        break;
      case 3:
        alert.state = ReadEnum(reader, AlertState::kFiring, AlertState::kUnknown);
        break;
      case 4:
        alert.active_at = ReadTime(reader);
        alert.has_active_at = true;
        break;
      case 5:
        alert.value = reader.Text();
        break;
      case 6:
        alert.partial_response = ReadStrategy(reader);
        break;
      default:
        reader.Skip();
    }
  }
  return alert;
}

Rule ReadAlertingRule(Reader reader) {
  Rule rule;
  rule.kind = Rule::Kind::kAlerting;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        rule.state = ReadEnum(reader, AlertState::kFiring, AlertState::kUnknown);
        break;
      case 2:
        rule.name = reader.Text();
        break;
      case 3:
        rule.query = reader.Text();
        break;
      case 4:
        rule.duration_seconds = reader.Double();
        break;
      case 5:
        rule.labels = ReadLabelSet(reader);
        break;
      case 6:
        rule.annotations = ReadLabelSet(reader);
        break;
      case 7:
        rule.alerts.push_back(ReadAlert(reader.Message()));
        break;
      case 8:
        rule.health = reader.Text();
        break;
      case 9:
        rule.last_error = reader.Text();
        break;
      case 10:
        rule.evaluation_seconds = reader.Double();
        break;
      case 11:
        rule.last_evaluation = ReadTime(reader);
        break;
      case 12:
        rule.keep_firing_for_seconds = reader.Double();
        break;
      default:
        reader.Skip();
    }
  }
  return rule;
}

Rule ReadRecordingRule(Reader reader) {
  Rule rule;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        rule.name = reader.Text();
        break;
      case 2:
        rule.query = reader.Text();
        break;
      case 3:
        rule.labels = ReadLabelSet(reader);
        break;
      case 4:
        rule.health = reader.Text();
        break;
      case 5:
        rule.last_error = reader.Text();
        break;
      case 6:
        rule.evaluation_seconds = reader.Double();
        break;
      case 7:
        rule.last_evaluation = ReadTime(reader);
        break;
      default:
        reader.Skip();
    }
  }
  return rule;
}

Rule ReadRule(Reader reader) {
  Rule rule;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        rule = ReadRecordingRule(reader.Message());
        break;
      case 2:
        rule = ReadAlertingRule(reader.Message());
        break;
      default:
        reader.Skip();
    }
  }
  return rule;
}

RuleGroup ReadGroup(Reader reader) {
  RuleGroup group;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        group.name = reader.Text();
        break;
      case 2:
        group.file = reader.Text();
        break;
      case 3:
        group.rules.push_back(ReadRule(reader.Message()));
        break;
      case 4:
        group.interval_seconds = reader.Double();
        break;
      case 5:
        group.evaluation_seconds = reader.Double();
        break;
      case 6:
        group.last_evaluation = ReadTime(reader);
        break;
      case 8:
        group.partial_response = ReadStrategy(reader);
        break;
      case 9:
        group.limit = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return group;
}

}  // namespace

std::string Encode(const RulesRequest& request) {
  std::string bytes;
  Writer writer(&bytes);
  AddEnum(writer, 1, request.type);
  AddEnum(writer, 2, request.partial_response);
  AddTexts(writer, 3, request.matchers);
  AddTexts(writer, 4, request.rule_names);
  AddTexts(writer, 5, request.rule_groups);
  AddTexts(writer, 6, request.files);
  return bytes;
}

Status Decode(std::string_view bytes, RulesRequest* request) {
  return DecodeFields("thanos.RulesRequest", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        request->type = ReadEnum(reader, RulesRequest::Type::kRecord, RulesRequest::Type::kAll);
        break;
      case 2:
        request->partial_response = ReadStrategy(reader);
        break;
      case 3:
        request->matchers.push_back(reader.Text());
        break;
      case 4:
        request->rule_names.push_back(reader.Text());
        break;
      case 5:
        request->rule_groups.push_back(reader.Text());
        break;
      case 6:
        request->files.push_back(reader.Text());
        break;
      default:
        reader.Skip();
    }
  });
}

std::string Encode(const RulesMessage& message) {
  std::string bytes;
  Writer writer(&bytes);
  if (message.group) WriteGroup(Writer(writer, 1), *message.group);
  AddText(writer, 2, message.warning);
  return bytes;
}

Status Decode(std::string_view bytes, RulesMessage* message) {
  return DecodeFields("thanos.RulesResponse", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        message->group = ReadGroup(reader.Message());
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
