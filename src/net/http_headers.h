#pragma once

// Headers of an HTTP message: names without regard to case, in order, repeats kept. A plain value.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aion::net {

bool EqualsIgnoreCase(std::string_view a, std::string_view b);

class Headers {
 public:
  void Add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// Replaces every field of the name by one.
  void Set(std::string_view name, std::string value);
  void Remove(std::string_view name);
  /// The first value, or an empty view. Lives as long as the Headers are unchanged.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::vector<std::string> GetAll(std::string_view name) const;
  /// True when `token` is one of the comma-separated values of the name ("gzip" in "gzip;q=1, br").
  bool HasToken(std::string_view name, std::string_view token) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace aion::net
