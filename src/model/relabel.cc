#include "model/relabel.h"

#include <openssl/evp.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/bytes.h"
#include "base/text.h"
#include "config/yaml_decoder.h"
#include "model/matcher.h"

namespace aion::model {
namespace {

constexpr std::array<std::string_view, 11> kActionTexts = {
    "replace",  "keep",      "drop",      "keepequal", "dropequal", "hashmod",
    "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"};
constexpr int kGroupsMax = 64;
constexpr int64_t kProgramBytesMax = 1 << 20;

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The last eight bytes of the MD5, as a big-endian number.
uint64_t Md5Tail(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) == 1);
  return ByteCursor({reinterpret_cast<const char*>(digest.data()) + 8, 8}).Be64();
}

/// Upper or lower case of ASCII letters.
std::string WithCase(std::string text, bool upper) {
  std::transform(text.begin(), text.end(), text.begin(), [upper](unsigned char c) {
    return static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
  });
  return text;
}

}  // namespace

std::string_view RelabelActionText(RelabelAction action) {
  return kActionTexts[static_cast<size_t>(action)];
}

class RelabelRule::Regex {
 public:
  static StatusOr<std::shared_ptr<const Regex>> Compile(const std::string& pattern) {
    auto regex = std::make_shared<Regex>(pattern);
    if (regex->program_.ok()) return std::shared_ptr<const Regex>(std::move(regex));
    // The matcher knows the field's texts for what RE2 refuses.
    const Status refused = RegexMatcher::Compile(pattern).status();
    return refused.ok() ? InvalidArgumentError("error parsing regexp: " + regex->program_.error())
                        : refused;
  }

  explicit Regex(const std::string& pattern) : program_(pattern, Options()) {
    group_count_ = std::min(program_.NumberOfCapturingGroups(), kGroupsMax - 1) + 1;
  }

  using Groups = std::array<re2::StringPiece, kGroupsMax>;

  bool Matches(std::string_view text, Groups* groups) const {
    return program_.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                          RE2::ANCHOR_BOTH, groups->data(), group_count_);
  }
  bool Matches(std::string_view text) const {
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), program_);
  }

  /// Go's Expand: `$name`, `${name}`, `$$`; the longest name counts, an unknown one gives nothing.
  std::string Expand(std::string_view pattern, const Groups& groups) const {
    std::string out;
    while (!pattern.empty()) {
      const size_t dollar = pattern.find('$');
      out.append(pattern.substr(0, dollar));
      if (dollar == std::string_view::npos) break;
      pattern.remove_prefix(dollar + 1);
      if (pattern.starts_with('$')) {
        out += '$';
        pattern.remove_prefix(1);
      } else if (!TakeVariable(&pattern, groups, &out)) {
        out += '$';
      }
    }
    return out;
  }

 private:
  static RE2::Options Options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);
    options.set_max_mem(kProgramBytesMax);
    return options;
  }

  bool TakeVariable(std::string_view* pattern, const Groups& groups, std::string* out) const {
    const bool braced = pattern->starts_with('{');
    const size_t begin = braced ? 1 : 0;
    size_t end = begin;
    while (end < pattern->size() && IsWordCharacter((*pattern)[end])) ++end;
    if (end == begin || (braced && (end == pattern->size() || (*pattern)[end] != '}')))
      return false;
    AppendGroup(pattern->substr(begin, end - begin), groups, out);
    pattern->remove_prefix(end + begin);
    return true;
  }

  void AppendGroup(std::string_view name, const Groups& groups, std::string* out) const {
    int number = -1;
    if (std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      number = name.size() <= 4 ? std::stoi(std::string(name)) : -1;
    } else {
      const auto& named = program_.NamedCapturingGroups();
      if (const auto at = named.find(std::string(name)); at != named.end()) number = at->second;
    }
    if (number < 0 || number >= group_count_) return;
    const re2::StringPiece group = groups[static_cast<size_t>(number)];
    out->append(group.data(), group.size());
  }

  RE2 program_;
  int group_count_ = 0;
};

namespace {

bool Any(RelabelAction action, std::initializer_list<RelabelAction> actions) {
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Status Validate(const RelabelOptions& options) {
  using enum RelabelAction;
  const RelabelOptions defaults;
  const RelabelAction action = options.action;
  const std::string name(RelabelActionText(action));
  const bool wants_target =
      Any(action, {kReplace, kHashMod, kLowercase, kUppercase, kKeepEqual, kDropEqual});
  const bool equality = Any(action, {kKeepEqual, kDropEqual});
  if (action == kHashMod && options.modulus == 0) {
    return InvalidArgumentError("relabel configuration for hashmod requires non-zero modulus");
  }
  if (wants_target && options.target_label.empty()) {
    return InvalidArgumentError("relabel configuration for " + name +
                                " action requires 'target_label' value");
  }
  if (wants_target && !IsValidLabelName(options.target_label)) {
    return InvalidArgumentError(QuoteGo(options.target_label) + " is invalid 'target_label' for " +
                                name + " action");
  }
  if ((equality || Any(action, {kLowercase, kUppercase})) &&
      options.replacement != defaults.replacement) {
    return InvalidArgumentError("'replacement' can not be set for " + name + " action");
  }
  if (action == kLabelMap && !IsValidLabelName(options.replacement)) {
    return InvalidArgumentError(QuoteGo(options.replacement) + " is invalid 'replacement' for " +
                                name + " action");
  }
  const bool others_are_default = options.modulus == 0 && options.separator == defaults.separator &&
                                  options.replacement == defaults.replacement;
  if (equality && (options.regex != defaults.regex || !others_are_default)) {
    return InvalidArgumentError(
        name + " action requires only 'source_labels' and `target_label`, and no other fields");
  }
  if (Any(action, {kLabelDrop, kLabelKeep}) &&
      (!options.source_labels.empty() || !options.target_label.empty() || !others_are_default)) {
    return InvalidArgumentError(name + " action requires only 'regex', and no other fields");
  }
  return OkStatus();
}

std::string_view Keep(std::string text, std::vector<std::unique_ptr<std::string>>* arena) {
  return *arena->emplace_back(std::make_unique<std::string>(std::move(text)));
}

}  // namespace

StatusOr<RelabelRule> RelabelRule::Create(RelabelOptions options) {
  RETURN_IF_ERROR(Validate(options));
  RelabelRule rule(std::move(options));
  ASSIGN_OR_RETURN(rule.regex_, Regex::Compile(rule.options_.regex));
  return rule;
}

void RelabelRule::Replace(LabelsBuilder* labels, std::string value,
                          std::vector<std::unique_ptr<std::string>>* arena) const {
  Regex::Groups groups;
  if (!regex_->Matches(value, &groups)) return;
  std::string target = regex_->Expand(options_.target_label, groups);
  if (!IsValidLabelName(target)) return;
  std::string replaced = regex_->Expand(options_.replacement, groups);
  const std::string_view name = Keep(std::move(target), arena);
  labels->Set(name, Keep(std::move(replaced), arena));
}

void RelabelRule::MapLabels(LabelsBuilder* labels,
                            std::vector<std::unique_ptr<std::string>>* arena) const {
  const std::vector<LabelView> before = labels->labels();
  for (const LabelView& label : before) {
    Regex::Groups groups;
    if (!regex_->Matches(label.name, &groups)) continue;
    labels->Set(Keep(regex_->Expand(options_.replacement, groups), arena), label.value);
  }
}

bool RelabelRule::Apply(LabelsBuilder* labels,
                        std::vector<std::unique_ptr<std::string>>* arena) const {
  using enum RelabelAction;
  std::string value;
  for (size_t i = 0; i < options_.source_labels.size(); ++i) {
    if (i > 0) value += options_.separator;
    value += labels->Get(options_.source_labels[i]);
  }
  switch (options_.action) {
    case kKeep:
      return regex_->Matches(value);
    case kDrop:
      return !regex_->Matches(value);
    case kKeepEqual:
      return labels->Get(options_.target_label) == value;
    case kDropEqual:
      return labels->Get(options_.target_label) != value;
    case kReplace:
      Replace(labels, std::move(value), arena);
      return true;
    case kHashMod:
      labels->Set(options_.target_label,
                  Keep(std::to_string(Md5Tail(value) % options_.modulus), arena));
      return true;
    case kLowercase:
    case kUppercase:
      labels->Set(options_.target_label,
                  Keep(WithCase(std::move(value), options_.action == kUppercase), arena));
      return true;
    case kLabelMap:
      MapLabels(labels, arena);
      return true;
    case kLabelDrop:
    case kLabelKeep: {
      const std::vector<LabelView> before = labels->labels();
      for (const LabelView& label : before) {
        if (regex_->Matches(label.name) == (options_.action == kLabelDrop))
          labels->Delete(label.name);
      }
      return true;
    }
  }
  return true;
}

std::optional<Labels> Relabel(LabelsView labels, const std::vector<RelabelRule>& rules) {
  LabelsBuilder builder(labels);
  std::vector<std::unique_ptr<std::string>> arena;
  for (const RelabelRule& rule : rules) {
    if (!rule.Apply(&builder, &arena)) return std::nullopt;
  }
  return builder.Build();
}

namespace {

StatusOr<RelabelAction> ParseAction(const std::string& text) {
  const std::string lower = WithCase(text, false);
  const auto at = std::find(kActionTexts.begin(), kActionTexts.end(), lower);
  if (at == kActionTexts.end())
    return InvalidArgumentError("unknown relabel action " + QuoteGo(text));
  return static_cast<RelabelAction>(at - kActionTexts.begin());
}

/// Compat: unknown fields are ignored, as upstream does for this document.
RelabelOptions ReadOptions(const config::YamlNode& node, config::YamlErrors* errors) {
  RelabelOptions options;
  std::string action;
  config::YamlFields fields(node, "relabel.plain", errors);
  fields.Strings("source_labels", &options.source_labels);
  fields.String("separator", &options.separator);
  fields.String("regex", &options.regex);
  fields.Uint("modulus", &options.modulus);
  fields.String("target_label", &options.target_label);
  fields.String("replacement", &options.replacement);
  fields.String("action", &action);
  if (action.empty()) return options;
  if (const auto parsed = ParseAction(action); parsed.ok()) {
    options.action = *parsed;
  } else {
    errors->AddFatal(parsed.status());
  }
  return options;
}

}  // namespace

StatusOr<std::vector<RelabelRule>> ParseRelabelRules(std::string_view yaml,
                                                     const std::vector<RelabelAction>& supported) {
  const auto document = config::ParseYaml(yaml);
  if (!document.ok()) return document.status().WithContext("parsing relabel configuration");
  std::vector<RelabelRule> rules;
  if (document->kind == config::YamlKind::kNull) return rules;
  config::YamlErrors errors;
  if (document->kind != config::YamlKind::kSequence) errors.AddType(*document, "[]*relabel.Config");
  std::vector<RelabelOptions> all;
  for (const config::YamlNode& item : document->items) all.push_back(ReadOptions(item, &errors));
  if (!errors.ok()) return errors.ToStatus().WithContext("parsing relabel configuration");
  for (RelabelOptions& options : all) {
    auto rule = RelabelRule::Create(std::move(options));
    if (!rule.ok()) return rule.status().WithContext("validate relabel config");
    if (!supported.empty() &&
        std::find(supported.begin(), supported.end(), rule->action()) == supported.end()) {
      return InvalidArgumentError("unsupported relabel action: " +
                                  std::string(RelabelActionText(rule->action())));
    }
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace aion::model
