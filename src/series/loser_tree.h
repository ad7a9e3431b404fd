#pragma once

// LoserTree: the k-way merge of sorted streams, with one comparison a level for each step.
//
//            winner
//              │          A node keeps the loser of the match played there; the winner goes up.
//              After the winning
//          ┌── L ──┐      stream moved on, only the matches on its own path are played again:
//          ceil(log2 k) of them.
//        ┌ L ┐   ┌ L ┐
//        s0  s1  s2  s3
//
// `Less(a, b)` orders stream indices by the element each stands on; an exhausted stream must order
// after all others. Ties go to the lower index, so a merge of given streams is always the same. Not
// thread-safe.

#include <cstddef>
#include <utility>
#include <vector>

namespace aion::series {

template <typename Less>
class LoserTree {
 public:
  /// Requires: count > 0, every stream stands on its first element or its end.
  LoserTree(size_t count, Less less) : less_(std::move(less)), losers_(count), count_(count) {
    winner_ = Play(1);
  }

  /// The stream with the smallest element.
  size_t winner() const { return winner_; }

  /// Call after the winning stream moved to its next element (or its end).
  void Replay() {
    size_t candidate = winner_;
    for (size_t node = (candidate + count_) / 2; node > 0; node /= 2) {
      if (Before(losers_[node], candidate)) std::swap(losers_[node], candidate);
    }
    winner_ = candidate;
  }

 private:
  bool Before(size_t a, size_t b) const {
    if (less_(a, b)) return true;
    return a < b && !less_(b, a);
  }

  /// Leaves are nodes count_ … 2 count_ - 1; returns the winner below `node` and stores the losers.
  size_t Play(size_t node) {
    if (node >= count_) return node - count_;
    const size_t left = Play(2 * node), right = Play(2 * node + 1);
    const bool left_wins = Before(left, right);
    losers_[node] = left_wins ? right : left;
    return left_wins ? left : right;
  }

  Less less_;
  std::vector<size_t> losers_;
  size_t count_;
  size_t winner_ = 0;
};

}  // namespace aion::series
