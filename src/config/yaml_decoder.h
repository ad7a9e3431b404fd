#pragma once

// Strict decoding of YAML nodes into structs, with go-yaml's error texts:
//
//   struct BucketConfig { std::string type; YamlNode config; std::string prefix; };
//   StatusOr<BucketConfig> Parse(const YamlNode& node) {
//     BucketConfig out;
//     YamlErrors errors;
//     YamlFields fields(node, "client.BucketConfig", &errors);
//     fields.String("type", &out.type);
//     fields.Raw("config", &out.config);
//     fields.String("prefix", &out.prefix);
//     fields.Finish();
//     RETURN_IF_ERROR(errors.ToStatus());
//     return out;
//   }
//
// All errors of a document are reported together: "yaml: unmarshal errors:\n  line 3: field foo not
// found in type client.BucketConfig". A field that is missing or null leaves the struct's value.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/status.h"
#include "config/yaml.h"

namespace aion::config {

class YamlErrors {
 public:
  void Add(int line, std::string text);
  /// "line 3: cannot unmarshal !!str `abc` into int".
  void AddType(const YamlNode& node, std::string_view go_type);
  /// An error of the value's own kind, which ends decoding upstream: reported alone, without a
  /// line.
  void AddFatal(Status status);
  bool ok() const { return texts_.empty() && fatal_.ok(); }
  Status ToStatus() const;

 private:
  std::vector<std::string> texts_;
  Status fatal_;
};

class YamlFields {
 public:
  /// `type` is the Go type the texts name. A null node has no fields; another kind is an error.
  YamlFields(const YamlNode& node, std::string_view type, YamlErrors* errors);

  bool Has(std::string_view name);
  void String(std::string_view name, std::string* out);
  void Bool(std::string_view name, bool* out);
  void Int(std::string_view name, int64_t* out);
  void Uint(std::string_view name, uint64_t* out);
  void Float(std::string_view name, double* out);
  /// Go's syntax, in milliseconds.
  void GoDuration(std::string_view name, DurationMs* out);
  void ModelDuration(std::string_view name, DurationMs* out);
  /// Base-2 units, or a bare number of bytes.
  void Bytes(std::string_view name, uint64_t* out);
  void Strings(std::string_view name, std::vector<std::string>* out);
  void StringMap(std::string_view name, std::vector<std::pair<std::string, std::string>>* out);
  /// The node as it is.
  void Raw(std::string_view name, YamlNode* out);
  /// `decode` gets the value when there is one that is not null.
  void Nested(std::string_view name,
              const std::function<void(const YamlNode&, YamlErrors*)>& decode);
  /// `decode` gets every item of a sequence.
  void Each(std::string_view name, const std::function<void(const YamlNode&, YamlErrors*)>& decode);
  /// Any field nobody asked for is an error. To be called last.
  void Finish();

 private:
  const YamlNode* Take(std::string_view name);
  const YamlNode* TakeScalar(std::string_view name, std::string_view go_type);

  const YamlNode& node_;
  const std::string_view type_;
  YamlErrors* const errors_;
  std::vector<bool> taken_;
};

}  // namespace aion::config
