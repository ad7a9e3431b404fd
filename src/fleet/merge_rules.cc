#include <algorithm>
#include <set>

#include "fleet/merge.h"

namespace aion::fleet {
namespace {

template <typename T>
int CompareValues(const T& a, const T& b) {
  if (a < b) return -1;
  return b < a ? 1 : 0;
}

// Zero when both are the same rule, as replicas of one.
int CompareIdentity(const Rule& a, const Rule& b) {
  if (a.kind != b.kind) return a.kind == Rule::Kind::kAlerting ? -1 : 1;
  if (const int order = a.name.compare(b.name)) return order;
  if (const int order = Compare(a.labels, b.labels)) return order;
  if (const int order = a.query.compare(b.query)) return order;
  return a.kind == Rule::Kind::kAlerting ? CompareValues(a.duration_seconds, b.duration_seconds)
                                         : 0;
}

// Of the same rule at two replicas: is `a` the one to show?
bool IsPreferred(const Rule& a, const Rule& b) {
  if (a.kind == Rule::Kind::kAlerting && a.state != b.state) return a.state > b.state;
  return a.last_evaluation > b.last_evaluation;
}

bool IsTemplate(std::string_view value) { return value.find("{{") != std::string_view::npos; }

bool MatchesLabels(const std::vector<std::vector<model::Matcher>>& matchers,
                   model::LabelsView labels) {
  for (const std::vector<model::Matcher>& set : matchers) {
    for (const model::Matcher& matcher : set) {
      const std::string_view value = labels.Get(matcher.name());
      if (!matcher.Matches(IsTemplate(value) ? std::string_view() : value)) return false;
    }
  }
  return true;
}

void MergeRules(const std::vector<std::string>& replica_labels, std::vector<Rule>* rules) {
  for (Rule& rule : *rules) rule.labels = WithoutLabels(rule.labels, replica_labels);
  std::stable_sort(rules->begin(), rules->end(),
                   [](const Rule& a, const Rule& b) { return CompareIdentity(a, b) < 0; });
  size_t kept = 0;
  for (size_t i = 0; i < rules->size(); ++i) {
    Rule& rule = (*rules)[i];
    if (kept == 0 || CompareIdentity((*rules)[kept - 1], rule) != 0) {
      if (kept != i) (*rules)[kept] = std::move(rule);
      ++kept;
    } else if (IsPreferred(rule, (*rules)[kept - 1])) {
      (*rules)[kept - 1] = std::move(rule);
    }
  }
  rules->resize(kept);
}

std::string GroupKey(const RuleGroup& group) { return group.file + ";" + group.name; }

bool IsWanted(const std::set<std::string_view>& wanted, std::string_view name) {
  return wanted.empty() || wanted.contains(name);
}

}  // namespace

model::Labels WithExternalLabels(model::LabelsView labels, model::LabelsView external) {
  model::LabelsBuilder builder(labels);
  for (const model::LabelView label : external) builder.Set(label.name, label.value);
  return builder.Build();
}

model::Labels WithoutLabels(model::LabelsView labels, const std::vector<std::string>& names) {
  model::LabelsBuilder builder(labels);
  for (const std::string& name : names) builder.Delete(name);
  return builder.Build();
}

void FilterRulesByMatchers(const std::vector<std::vector<model::Matcher>>& matchers,
                           std::vector<RuleGroup>* groups) {
  if (matchers.empty()) return;
  for (RuleGroup& group : *groups) {
    std::erase_if(group.rules,
                  [&](const Rule& rule) { return !MatchesLabels(matchers, rule.labels); });
  }
  std::erase_if(*groups, [](const RuleGroup& group) { return group.rules.empty(); });
}

void FilterRulesByNames(const RulesRequest& request, std::vector<RuleGroup>* groups) {
  if (request.rule_names.empty() && request.rule_groups.empty() && request.files.empty()) return;
  const std::set<std::string_view> names(request.rule_names.begin(), request.rule_names.end());
  const std::set<std::string_view> group_names(request.rule_groups.begin(),
                                               request.rule_groups.end());
  const std::set<std::string_view> files(request.files.begin(), request.files.end());
  std::erase_if(*groups, [&](const RuleGroup& group) {
    return !IsWanted(group_names, group.name) || !IsWanted(files, group.file);
  });
  for (RuleGroup& group : *groups) {
    std::erase_if(group.rules, [&](const Rule& rule) { return !IsWanted(names, rule.name); });
  }
  std::erase_if(*groups, [](const RuleGroup& group) { return group.rules.empty(); });
}

void MergeRuleGroups(const std::vector<std::string>& replica_labels,
                     std::vector<RuleGroup>* groups) {
  std::stable_sort(groups->begin(), groups->end(), [](const RuleGroup& a, const RuleGroup& b) {
    return GroupKey(a) < GroupKey(b);
  });
  size_t kept = 0;
  for (size_t i = 0; i < groups->size(); ++i) {
    RuleGroup& group = (*groups)[i];
    if (kept != 0 && GroupKey((*groups)[kept - 1]) == GroupKey(group)) {
      std::vector<Rule>& rules = (*groups)[kept - 1].rules;
      std::move(group.rules.begin(), group.rules.end(), std::back_inserter(rules));
      continue;
    }
    if (kept != i) (*groups)[kept] = std::move(group);
    ++kept;
  }
  groups->resize(kept);
  for (RuleGroup& group : *groups) MergeRules(replica_labels, &group.rules);
}

}  // namespace aion::fleet
