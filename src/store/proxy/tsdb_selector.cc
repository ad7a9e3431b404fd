#include "store/proxy/tsdb_selector.h"

#include <map>
#include <set>

namespace aion::store {
namespace {

/// The text as a pattern that matches it alone.
std::string QuoteRegex(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

}  // namespace

void TsdbSelector::Apply(std::vector<ProxyMember>* members) const {
  if (rules_.empty()) return;
  std::erase_if(*members, [&](ProxyMember& member) {
    if (member.info.label_sets.empty()) return false;
    std::vector<model::Labels> kept;
    for (const model::Labels& labels : member.info.label_sets) {
      if (model::Relabel(labels, rules_).has_value()) kept.push_back(labels);
    }
    member.info.label_sets = std::move(kept);
    member.extra_matchers = MatchersForLabelSets(member.info.label_sets);
    return member.info.label_sets.empty();
  });
}

std::vector<model::Matcher> MatchersForLabelSets(const std::vector<model::Labels>& label_sets) {
  std::map<std::string, std::set<std::string>, std::less<>> values;
  std::map<std::string, size_t, std::less<>> counts;
  for (const model::Labels& labels : label_sets) {
    for (const model::LabelView label : labels) {
      values[std::string(label.name)].insert(QuoteRegex(label.value));
      ++counts[std::string(label.name)];
    }
  }
  std::vector<model::Matcher> matchers;
  for (const auto& [name, patterns] : values) {
    // A set without the label has series without it: the empty alternative lets them through.
    std::string pattern = counts[name] < label_sets.size() ? "|" : "";
    for (const std::string& value : patterns)
      pattern += (pattern.empty() || pattern == "|" ? "" : "|") + value;
    auto matcher = model::Matcher::Create(model::MatchType::kRegex, name, std::move(pattern));
    if (matcher.ok()) matchers.push_back(std::move(matcher).value());
  }
  return matchers;
}

}  // namespace aion::store
