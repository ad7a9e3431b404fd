#pragma once

// YAML: text to a small tree with line numbers, and back.
//
// A document is parsed whole into YamlNodes, with anchors expanded; `yaml_decoder.h` reads structs
// from it. Syntax errors carry go-yaml's texts ("yaml: line 2: mapping values are not allowed in
// this context"). Nesting, size and the number of nodes after expansion are limited, so that a
// hostile document costs little. Nodes are plain values.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace aion::config {

inline constexpr size_t kYamlBytesMax = 16 << 20;
inline constexpr size_t kYamlDepthMax = 200;
inline constexpr size_t kYamlNodesMax = 1'000'000;

enum class YamlKind { kNull, kBool, kInt, kFloat, kString, kSequence, kMapping };

struct YamlField;

struct YamlNode {
  // In the .cc, where YamlField is whole.
  YamlNode();
  ~YamlNode();
  YamlNode(const YamlNode&);
  YamlNode& operator=(const YamlNode&);
  YamlNode(YamlNode&&) noexcept;
  YamlNode& operator=(YamlNode&&) noexcept;

  YamlKind kind = YamlKind::kNull;
  int line = 0;                   ///< From 1; 0 for nodes made by hand.
  std::string text;               ///< Scalars as written, quotes and escapes resolved.
  bool quoted = false;            ///< A quoted or block scalar: always a string.
  std::vector<YamlNode> items;    ///< kSequence.
  std::vector<YamlField> fields;  ///< kMapping, in order.

  bool IsScalar() const { return kind < YamlKind::kSequence; }
  /// The first field of that name; null when there is none.
  const YamlNode* Find(std::string_view name) const;

  static YamlNode String(std::string text);
  static YamlNode Int(int64_t value);
  static YamlNode Bool(bool value);
  static YamlNode Sequence(std::vector<YamlNode> items = {});
  static YamlNode Mapping();
  /// Appends a field to a mapping and returns it for chaining.
  YamlNode& Add(std::string name, YamlNode value);
};

struct YamlField {
  YamlNode key;
  YamlNode value;
};

/// The first document of `text`; kNull for an empty one. kInvalidArgument on malformed input,
/// kResourceExhausted beyond the limits.
StatusOr<YamlNode> ParseYaml(std::string_view text);

/// Block style, two spaces, strings quoted where they must be. Ends with a newline.
std::string EmitYaml(const YamlNode& node);

/// The kind a plain scalar resolves to by YAML 1.1 as go-yaml applies it.
YamlKind ResolvePlainScalar(std::string_view text);

}  // namespace aion::config
