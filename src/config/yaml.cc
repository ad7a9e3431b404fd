#include "config/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "base/text.h"

namespace aion::config {
namespace {

constexpr std::string_view kMergeKey = "<<";

struct EventGuard {
  yaml_event_t event{};
  ~EventGuard() { yaml_event_delete(&event); }
};

std::string_view View(const yaml_char_t* text, size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

/// go-yaml's text of a syntax error. Its lines are those of the place that confuses the parser.
Status SyntaxError(const yaml_parser_t& parser) {
  size_t line = 0;
  if (parser.context_mark.line != 0) {
    line = parser.context_mark.line;
    // The scanner counts from 0, and go-yaml shows that number for it.
    if (parser.error == YAML_SCANNER_ERROR) ++line;
  } else if (parser.problem_mark.line != 0) {
    line = parser.problem_mark.line;
    if (parser.error == YAML_SCANNER_ERROR) ++line;
  }
  std::string text = "yaml: ";
  if (line != 0) text.append("line ").append(std::to_string(line)).append(": ");
  text.append(parser.problem != nullptr ? parser.problem : "unknown problem parsing YAML content");
  return InvalidArgumentError(std::move(text));
}

/// Builds the tree from libyaml's events, one frame of recursion a level.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::string_view text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~TreeBuilder() { yaml_parser_delete(&parser_); }

  StatusOr<YamlNode> Document() {
    YamlNode root;
    while (true) {
      EventGuard next;
      RETURN_IF_ERROR(Next(&next.event));
      if (next.event.type == YAML_STREAM_END_EVENT) return root;
      if (next.event.type == YAML_DOCUMENT_START_EVENT) break;
    }
    EventGuard first;
    RETURN_IF_ERROR(Next(&first.event));
    RETURN_IF_ERROR(Value(first.event, 0, &root));
    return root;
  }

 private:
  Status Next(yaml_event_t* event) {
    if (yaml_parser_parse(&parser_, event) == 0) return SyntaxError(parser_);
    return OkStatus();
  }

  Status Count(size_t nodes) {
    nodes_ += nodes;
    if (nodes_ <= kYamlNodesMax) return OkStatus();
    return ResourceExhaustedError("yaml: document contains excessive aliasing");
  }

  Status Value(const yaml_event_t& event, size_t depth, YamlNode* out) {
    if (depth > kYamlDepthMax) {
      return ResourceExhaustedError("yaml: exceeded max depth of " + std::to_string(kYamlDepthMax));
    }
    RETURN_IF_ERROR(Count(1));
    out->line = static_cast<int>(event.start_mark.line) + 1;
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        Scalar(event, out);
        return Remember(event.data.scalar.anchor, *out);
      case YAML_SEQUENCE_START_EVENT:
        RETURN_IF_ERROR(Items(depth, out));
        return Remember(event.data.sequence_start.anchor, *out);
      case YAML_MAPPING_START_EVENT:
        RETURN_IF_ERROR(Fields(depth, out));
        return Remember(event.data.mapping_start.anchor, *out);
      case YAML_ALIAS_EVENT:
        return Alias(event, depth, out);
      default:
        return InvalidArgumentError("yaml: unexpected event");
    }
  }

  static void Scalar(const yaml_event_t& event, YamlNode* out) {
    const auto& scalar = event.data.scalar;
    out->text = View(scalar.value, scalar.length);
    const std::string_view tag =
        scalar.tag == nullptr ? std::string_view() : reinterpret_cast<const char*>(scalar.tag);
    out->quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || tag == YAML_STR_TAG || tag == "!";
    out->kind = out->quoted ? YamlKind::kString : ResolvePlainScalar(out->text);
  }

  Status Items(size_t depth, YamlNode* out) {
    out->kind = YamlKind::kSequence;
    while (true) {
      EventGuard next;
      RETURN_IF_ERROR(Next(&next.event));
      if (next.event.type == YAML_SEQUENCE_END_EVENT) return OkStatus();
      RETURN_IF_ERROR(Value(next.event, depth + 1, &out->items.emplace_back()));
    }
  }

  Status Fields(size_t depth, YamlNode* out) {
    out->kind = YamlKind::kMapping;
    std::vector<YamlField> merged;
    while (true) {
      EventGuard key;
      RETURN_IF_ERROR(Next(&key.event));
      if (key.event.type == YAML_MAPPING_END_EVENT) break;
      YamlField field;
      RETURN_IF_ERROR(Value(key.event, depth + 1, &field.key));
      EventGuard value;
      RETURN_IF_ERROR(Next(&value.event));
      RETURN_IF_ERROR(Value(value.event, depth + 1, &field.value));
      if (field.key.IsScalar() && !field.key.quoted && field.key.text == kMergeKey) {
        RETURN_IF_ERROR(Merge(field.value, &merged));
      } else {
        out->fields.push_back(std::move(field));
      }
    }
    // Merged fields give way to the mapping's own, whatever their order.
    for (auto& field : merged) {
      if (out->Find(field.key.text) == nullptr) out->fields.push_back(std::move(field));
    }
    return OkStatus();
  }

  Status Merge(const YamlNode& value, std::vector<YamlField>* merged) {
    if (value.kind == YamlKind::kMapping) {
      RETURN_IF_ERROR(Count(value.fields.size()));
      merged->insert(merged->end(), value.fields.begin(), value.fields.end());
      return OkStatus();
    }
    const bool mappings =
        value.kind == YamlKind::kSequence &&
        std::all_of(value.items.begin(), value.items.end(),
                    [](const YamlNode& item) { return item.kind == YamlKind::kMapping; });
    if (!mappings) {
      return InvalidArgumentError("yaml: map merge requires map or sequence of maps as the value");
    }
    for (const YamlNode& item : value.items) RETURN_IF_ERROR(Merge(item, merged));
    return OkStatus();
  }

  Status Remember(const yaml_char_t* anchor, const YamlNode& node) {
    if (anchor == nullptr) return OkStatus();
    const Anchor made{node, CountOf(node), DepthOf(node)};
    RETURN_IF_ERROR(Count(made.nodes));
    anchors_[reinterpret_cast<const char*>(anchor)] = made;
    return OkStatus();
  }

  Status Alias(const yaml_event_t& event, size_t depth, YamlNode* out) {
    const std::string name = reinterpret_cast<const char*>(event.data.alias.anchor);
    const auto anchor = anchors_.find(name);
    if (anchor == anchors_.end()) {
      return InvalidArgumentError("yaml: unknown anchor '" + name + "' referenced");
    }
    RETURN_IF_ERROR(Count(anchor->second.nodes));
    if (depth + anchor->second.depth > kYamlDepthMax) {
      return ResourceExhaustedError("yaml: exceeded max depth of " + std::to_string(kYamlDepthMax));
    }
    *out = anchor->second.node;
    return OkStatus();
  }

  static size_t CountOf(const YamlNode& node) {
    size_t count = 1;
    for (const YamlNode& item : node.items) count += CountOf(item);
    for (const auto& [key, value] : node.fields) count += CountOf(key) + CountOf(value);
    return count;
  }
  static size_t DepthOf(const YamlNode& node) {
    size_t depth = 0;
    for (const YamlNode& item : node.items) depth = std::max(depth, 1 + DepthOf(item));
    for (const auto& [key, value] : node.fields) {
      depth = std::max({depth, 1 + DepthOf(key), 1 + DepthOf(value)});
    }
    return depth;
  }

  struct Anchor {
    YamlNode node;
    size_t nodes = 0;
    size_t depth = 0;
  };

  yaml_parser_t parser_;
  size_t nodes_ = 0;
  std::map<std::string, Anchor> anchors_;
};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Digits of a YAML integer that fits 64 bits, underscores allowed as go-yaml allows them.
bool IsInteger(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::string_view digits = "0123456789";
  if (text.starts_with("0x")) {
    digits = "0123456789abcdefABCDEF";
  } else if (text.starts_with("0b")) {
    digits = "01";
  } else if (text.starts_with("0o")) {
    digits = "01234567";
  }
  if (digits.size() != 10) text.remove_prefix(2);
  const bool any = text.find_first_of(digits) != std::string_view::npos;
  if (!any || text.find_first_not_of(std::string(digits) + "_") != std::string_view::npos) {
    return false;
  }
  std::string plain(text);
  std::erase(plain, '_');
  uint64_t value = 0;
  const int base = digits.size() == 2    ? 2
                   : digits.size() == 22 ? 16
                                         : static_cast<int>(digits.size());
  return std::from_chars(plain.data(), plain.data() + plain.size(), value, base).ec == std::errc();
}

bool IsFloat(std::string_view text) {
  if (IsOneOf(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
                     "-.inf", "-.Inf", "-.INF"})) {
    return true;
  }
  const size_t first = text.find_first_of("0123456789.");
  if (first > 1 || (first == 1 && text[0] != '-' && text[0] != '+')) return false;
  return text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
         ParseGoFloat(text).ok();
}

/// "2001-01-01…": a timestamp for other readers of YAML, so a string that looks so is quoted.
bool LooksLikeDate(std::string_view text) {
  return text.size() >= 8 && text[4] == '-' && text.find_first_not_of("0123456789") == 4;
}

class Emitter {
 public:
  Emitter() {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_width(&emitter_, -1);
    yaml_emitter_set_output(&emitter_, &Emitter::Write, &out_);
  }
  ~Emitter() { yaml_emitter_delete(&emitter_); }

  std::string Document(const YamlNode& node) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    yaml_emitter_emit(&emitter_, &event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    yaml_emitter_emit(&emitter_, &event);
    Value(node);
    yaml_document_end_event_initialize(&event, 1);
    yaml_emitter_emit(&emitter_, &event);
    yaml_stream_end_event_initialize(&event);
    yaml_emitter_emit(&emitter_, &event);
    return std::move(out_);
  }

 private:
  static int Write(void* out, unsigned char* bytes, size_t size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return 1;
  }

  void Value(const YamlNode& node) {
    yaml_event_t event;
    if (node.kind == YamlKind::kSequence) {
      const auto style = node.items.empty() ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
      yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, style);
      yaml_emitter_emit(&emitter_, &event);
      for (const YamlNode& item : node.items) Value(item);
      yaml_sequence_end_event_initialize(&event);
    } else if (node.kind == YamlKind::kMapping) {
      const auto style = node.fields.empty() ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
      yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, style);
      yaml_emitter_emit(&emitter_, &event);
      for (const auto& [key, value] : node.fields) {
        Value(key);
        Value(value);
      }
      yaml_mapping_end_event_initialize(&event);
    } else {
      Scalar(node, &event);
    }
    yaml_emitter_emit(&emitter_, &event);
  }

  static void Scalar(const YamlNode& node, yaml_event_t* event) {
    std::string text = node.text;
    auto style = YAML_PLAIN_SCALAR_STYLE;
    if (node.kind == YamlKind::kNull) text = "null";
    if (node.kind == YamlKind::kString) {
      if (!IsValidUtf8(text)) text = QuoteGo(text);  // libyaml refuses other bytes.
      const bool ambiguous = ResolvePlainScalar(text) != YamlKind::kString || LooksLikeDate(text);
      if (ambiguous) style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
      if (text.find('\n') != std::string::npos) style = YAML_LITERAL_SCALAR_STYLE;
    }
    yaml_scalar_event_initialize(event, nullptr, nullptr,
                                 reinterpret_cast<const yaml_char_t*>(text.data()),
                                 static_cast<int>(text.size()), 1, 1, style);
  }

  yaml_emitter_t emitter_;
  std::string out_;
};

YamlNode MakeScalar(YamlKind kind, std::string text) {
  YamlNode node;
  node.kind = kind;
  node.text = std::move(text);
  node.quoted = kind == YamlKind::kString;
  return node;
}

}  // namespace

YamlNode::YamlNode() = default;
YamlNode::~YamlNode() = default;
YamlNode::YamlNode(const YamlNode&) = default;
YamlNode& YamlNode::operator=(const YamlNode&) = default;
YamlNode::YamlNode(YamlNode&&) noexcept = default;
YamlNode& YamlNode::operator=(YamlNode&&) noexcept = default;

const YamlNode* YamlNode::Find(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key.IsScalar() && key.text == name) return &value;
  }
  return nullptr;
}

YamlNode YamlNode::String(std::string text) {
  return MakeScalar(YamlKind::kString, std::move(text));
}
YamlNode YamlNode::Int(int64_t value) { return MakeScalar(YamlKind::kInt, std::to_string(value)); }
YamlNode YamlNode::Bool(bool value) {
  return MakeScalar(YamlKind::kBool, value ? "true" : "false");
}
YamlNode YamlNode::Sequence(std::vector<YamlNode> items) {
  YamlNode node;
  node.kind = YamlKind::kSequence;
  node.items = std::move(items);
  return node;
}
YamlNode YamlNode::Mapping() {
  YamlNode node;
  node.kind = YamlKind::kMapping;
  return node;
}
YamlNode& YamlNode::Add(std::string name, YamlNode value) {
  fields.push_back({String(std::move(name)), std::move(value)});
  return *this;
}

YamlKind ResolvePlainScalar(std::string_view text) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return YamlKind::kNull;
  if (IsOneOf(text,
              {"y", "Y", "yes", "Yes", "YES", "true",  "True",  "TRUE",  "on",  "On",  "ON",
               "n", "N", "no",  "No",  "NO",  "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return YamlKind::kBool;
  }
  if (IsInteger(text)) return YamlKind::kInt;
  if (IsFloat(text)) return YamlKind::kFloat;
  return YamlKind::kString;
}

StatusOr<YamlNode> ParseYaml(std::string_view text) {
  if (text.size() > kYamlBytesMax) {
    return ResourceExhaustedError("yaml: document is over the limit of bytes: " +
                                  std::to_string(kYamlBytesMax));
  }
  return TreeBuilder(text).Document();
}

std::string EmitYaml(const YamlNode& node) { return Emitter().Document(node); }

}  // namespace aion::config
