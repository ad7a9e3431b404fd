#include "promql/func/label_template.h"

#include <re2/re2.h>

#include <charconv>

namespace aion::promql {
namespace {

bool IsNameChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

LabelTemplate::LabelTemplate() = default;
LabelTemplate::LabelTemplate(LabelTemplate&&) noexcept = default;
LabelTemplate& LabelTemplate::operator=(LabelTemplate&&) noexcept = default;
LabelTemplate::~LabelTemplate() = default;

StatusOr<LabelTemplate> LabelTemplate::Compile(std::string_view pattern,
                                               std::string_view replacement) {
  LabelTemplate result;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  result.pattern_ = std::make_unique<re2::RE2>("^(?s:" + std::string(pattern) + ")$", options);
  if (!result.pattern_->ok()) {
    return FailedPreconditionError("invalid regular expression in label_replace(): " +
                                   std::string(pattern));
  }
  result.ParseReplacement(replacement);
  return result;
}

int LabelTemplate::GroupOf(std::string_view name) const {
  int group = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), group);
  if (error == std::errc() && end == name.data() + name.size()) {
    return group <= pattern_->NumberOfCapturingGroups() ? group : -1;
  }
  const auto& groups = pattern_->NamedCapturingGroups();
  const auto it = groups.find(std::string(name));
  return it == groups.end() ? -1 : it->second;
}

void LabelTemplate::ParseReplacement(std::string_view text) {
  const auto literal = [this](std::string_view more) {
    if (parts_.empty() || parts_.back().group >= 0) parts_.emplace_back();
    parts_.back().text += more;
  };
  while (!text.empty()) {
    const size_t dollar = text.find('$');
    if (dollar == std::string_view::npos) return literal(text);
    literal(text.substr(0, dollar));
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      literal("$");
      text.remove_prefix(1);
      continue;
    }
    const bool braces = text.starts_with('{');
    size_t size = braces ? 1 : 0;
    while (size < text.size() && IsNameChar(text[size])) ++size;
    const std::string_view name = text.substr(braces ? 1 : 0, size - (braces ? 1 : 0));
    if (name.empty() || (braces && (size >= text.size() || text[size] != '}'))) {
      literal("$");
      continue;
    }
    if (const int group = GroupOf(name); group >= 0) parts_.push_back({{}, group});
    text.remove_prefix(size + (braces ? 1 : 0));
  }
}

bool LabelTemplate::Expand(std::string_view value, std::string* out) const {
  const int groups = pattern_->NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> found(static_cast<size_t>(groups));
  const re2::StringPiece text(value.data(), value.size());
  if (!pattern_->Match(text, 0, text.size(), re2::RE2::ANCHOR_BOTH, found.data(), groups))
    return false;
  out->clear();
  for (const Part& part : parts_) {
    if (part.group < 0) {
      *out += part.text;
    } else {
      const re2::StringPiece& group = found[static_cast<size_t>(part.group)];
      out->append(group.data(), group.size());
    }
  }
  return true;
}

}  // namespace aion::promql
