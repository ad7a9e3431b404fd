#include "series/loser_tree.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace aion::series {
namespace {

TEST(LoserTree, MergesLikeASort) {
  Random random(7);
  for (size_t streams = 1; streams <= 9; ++streams) {
    std::vector<std::vector<int>> data(streams);
    std::vector<int> expected;
    for (auto& stream : data) {
      for (uint64_t n = random.Below(20); n > 0; --n)
        stream.push_back(static_cast<int>(random.Below(50)));
      std::sort(stream.begin(), stream.end());
      expected.insert(expected.end(), stream.begin(), stream.end());
    }
    std::sort(expected.begin(), expected.end());
    std::vector<size_t> at(streams, 0);
    const auto less = [&](size_t a, size_t b) {
      const bool a_end = at[a] == data[a].size(), b_end = at[b] == data[b].size();
      if (a_end || b_end) return !a_end && b_end;
      return data[a][at[a]] < data[b][at[b]];
    };
    LoserTree tree(streams, less);
    std::vector<int> merged;
    while (at[tree.winner()] < data[tree.winner()].size()) {
      merged.push_back(data[tree.winner()][at[tree.winner()]++]);
      tree.Replay();
    }
    EXPECT_EQ(merged, expected) << streams;
  }
}

}  // namespace
}  // namespace aion::series
