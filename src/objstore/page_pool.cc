#include "objstore/page_pool.h"

#include <array>
#include <mutex>
#include <vector>

namespace aion::objstore {
namespace {

// Four classes to each doubling: at most a quarter of a page is wasted.
constexpr size_t kClassCount = 4 * 16;

size_t ClassBytes(size_t size_class) {
  const size_t unit = kPooledBytesMin / 8 << size_class / 4;
  return unit * (size_class % 4 + 5);
}

class Pool {
 public:
  ~Pool() {
    for (auto& pages : free_) {
      for (char* page : pages) ::operator delete(page);
    }
  }

  char* Take(size_t size_class) {
    {
      const std::lock_guard lock(mutex_);
      auto& pages = free_[size_class];
      if (!pages.empty()) {
        char* page = pages.back();
        pages.pop_back();
        held_bytes_ -= ClassBytes(size_class);
        return page;
      }
    }
    return static_cast<char*>(::operator new(ClassBytes(size_class)));
  }

  void Return(char* page, size_t size_class) {
    {
      const std::lock_guard lock(mutex_);
      if (held_bytes_ + ClassBytes(size_class) <= kHeldBytesMax) {
        held_bytes_ += ClassBytes(size_class);
        free_[size_class].push_back(page);
        return;
      }
    }
    ::operator delete(page);
  }

 private:
  std::mutex mutex_;
  std::array<std::vector<char*>, kClassCount> free_;  // Guarded by mutex_, as is held_bytes_.
  size_t held_bytes_ = 0;
};

}  // namespace

std::shared_ptr<char> AllocatePage(size_t size) {
  if (size < kPooledBytesMin || size > kPooledBytesMax) {
    return std::shared_ptr<char>(static_cast<char*>(::operator new(size)),
                                 [](char* page) { ::operator delete(page); });
  }
  // Pages may outlive every other object: each holds the pool.
  static const std::shared_ptr<Pool> pool = std::make_shared<Pool>();
  size_t size_class = 0;
  while (ClassBytes(size_class) < size) ++size_class;
  return std::shared_ptr<char>(pool->Take(size_class), [pool = pool, size_class](char* page) {
    pool->Return(page, size_class);
  });
}

}  // namespace aion::objstore
