#pragma once

// Warnings travel beside a value, never inside a Status: partial-response notes of stores and
// PromQL annotations. An ordered set of distinct texts of each kind. Not thread-safe.

#include <string>
#include <vector>

namespace aion::model {

class Warnings {
 public:
  void AddWarning(std::string text) { Add(&warnings_, std::move(text)); }
  /// PromQL's info level: shown under "infos" in the API.
  void AddInfo(std::string text) { Add(&infos_, std::move(text)); }
  void Merge(const Warnings& other) {
    for (const std::string& text : other.warnings_) AddWarning(text);
    for (const std::string& text : other.infos_) AddInfo(text);
  }
  bool empty() const { return warnings_.empty() && infos_.empty(); }
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& infos() const { return infos_; }

 private:
  static void Add(std::vector<std::string>* texts, std::string text) {
    for (const std::string& known : *texts) {
      if (known == text) return;
    }
    texts->push_back(std::move(text));
  }
  std::vector<std::string> warnings_;
  std::vector<std::string> infos_;
};

}  // namespace aion::model
