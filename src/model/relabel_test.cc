#include "model/relabel.h"

#include <gtest/gtest.h>

namespace aion::model {
namespace {

std::string Relabelled(std::string_view yaml, const Labels& labels) {
  const auto rules = ParseRelabelRules(yaml);
  if (!rules.ok()) return rules.status().ToString();
  const auto out = Relabel(labels, *rules);
  return out ? out->ToString() : "dropped";
}

TEST(Relabel, Actions) {
  const Labels labels = {{"a", "foo"}, {"b", "bar"}, {"c", "baz"}};
  struct Case {
    std::string_view yaml, want;
  };
  for (const auto& [yaml, want] : {
           Case{"[]", R"({a="foo", b="bar", c="baz"})"},
           Case{"- {source_labels: [a], regex: 'f(.*)', target_label: d, replacement: 'ch${1}-$1'}",
                R"({a="foo", b="bar", c="baz", d="choo-oo"})"},
           Case{"- {source_labels: [a, b], regex: 'f(.*);(.*)r', target_label: a, replacement: "
                "'b${1}${2}m'}",
                R"({a="boobam", b="bar", c="baz"})"},
           Case{"- {source_labels: [a], regex: nope, target_label: d, replacement: x}",
                R"({a="foo", b="bar", c="baz"})"},
           Case{"- {source_labels: [a], regex: '(?P<first>.)(.*)', target_label: '${first}x', "
                "replacement: '$2'}",
                R"({a="foo", b="bar", c="baz", fx="oo"})"},
           Case{"- {source_labels: [a], target_label: d, replacement: '$1x'}",
                R"({a="foo", b="bar", c="baz"})"},
           Case{"- {source_labels: [a], target_label: b, replacement: ''}",
                R"({a="foo", c="baz"})"},
           Case{"- {source_labels: [a], target_label: d, replacement: '$$'}",
                R"({a="foo", b="bar", c="baz", d="$"})"},
           Case{"- {target_label: d, replacement: static}",
                R"({a="foo", b="bar", c="baz", d="static"})"},
           Case{"- {source_labels: [a], regex: '.*o.*', action: drop}", "dropped"},
           Case{"- {source_labels: [a], regex: 'o', action: drop}",
                R"({a="foo", b="bar", c="baz"})"},
           Case{"- {source_labels: [a], regex: 'no-match', action: keep}", "dropped"},
           Case{"- {source_labels: [a], regex: 'f.+', action: KEEP}",
                R"({a="foo", b="bar", c="baz"})"},
           Case{"- {source_labels: [a], target_label: b, action: keepequal}", "dropped"},
           Case{"- {source_labels: [a], target_label: a, action: dropequal}", "dropped"},
           Case{"- {source_labels: [c], target_label: d, separator: ';', action: hashmod, modulus: "
                "1000}",
                R"({a="foo", b="bar", c="baz", d="976"})"},
           Case{"- {regex: '(b|c)', replacement: 'bar_${1}', action: labelmap}",
                R"({a="foo", b="bar", bar_b="bar", bar_c="baz", c="baz"})"},
           Case{"- {regex: '(b.*)', action: labeldrop}", R"({a="foo", c="baz"})"},
           Case{"- {regex: '(b.*)', action: labelkeep}", R"({b="bar"})"},
           Case{"- {source_labels: [a], target_label: a, action: uppercase}",
                R"({a="FOO", b="bar", c="baz"})"},
       }) {
    EXPECT_EQ(Relabelled(yaml, labels), want) << yaml;
  }
}

TEST(Relabel, SaysWhatIsWrong) {
  struct Case {
    std::string_view yaml, text;
  };
  for (const auto& [yaml, text] : {
           Case{"- {action: nope}",
                "parsing relabel configuration: unknown relabel action \"nope\""},
           Case{"- {action: hashmod, target_label: x}",
                "validate relabel config: relabel configuration for hashmod requires non-zero "
                "modulus"},
           Case{"- {action: replace}",
                "validate relabel config: relabel configuration for replace action requires "
                "'target_label' value"},
           Case{"- {action: labeldrop, regex: a, target_label: x}",
                "validate relabel config: labeldrop action requires only 'regex', and no other "
                "fields"},
           Case{"- {action: lowercase, target_label: x, replacement: y}",
                "validate relabel config: 'replacement' can not be set for lowercase action"},
           Case{"- {action: keepequal, target_label: x, regex: y}",
                "validate relabel config: keepequal action requires only 'source_labels' and "
                "`target_label`, and no "
                "other fields"},
       }) {
    const auto rules = ParseRelabelRules(yaml);
    ASSERT_FALSE(rules.ok()) << yaml;
    EXPECT_EQ(rules.status().message(), text);
  }
  EXPECT_FALSE(ParseRelabelRules("- {action: keep, regex: '('}").ok());
}

TEST(Relabel, RefusesActionsThatAreNotSupported) {
  const auto rules =
      ParseRelabelRules("- {target_label: a, replacement: b}", {RelabelAction::kKeep});
  EXPECT_EQ(rules.status().message(), "unsupported relabel action: replace");
}

}  // namespace
}  // namespace aion::model
