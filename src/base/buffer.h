#pragma once

// Buffer: immutable bytes with a shared owner. What a bucket read, a gRPC message or a page of
// chunks is handed on as; slices of it keep the whole alive. Copying costs one reference count.
// Thread-safe as shared_ptr is.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace aion {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    view_ = *owner;
    owner_ = std::move(owner);
  }
  /// `view` stays valid while `owner` lives.
  Buffer(std::shared_ptr<const void> owner, std::string_view view)
      : owner_(std::move(owner)), view_(view) {}

  std::string_view view() const { return view_; }
  size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  /// Requires: offset + size <= size().
  Buffer Slice(size_t offset, size_t size) const {
    return Buffer(owner_, view_.substr(offset, size));
  }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

}  // namespace aion
