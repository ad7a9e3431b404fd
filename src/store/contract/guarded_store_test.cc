#include "store/contract/guarded_store.h"

#include <gtest/gtest.h>

namespace aion::store {
namespace {

using model::Labels;
using series::Aggregate;

// Gives one frame a call of Next: a series with a downsampled chunk of two aggregates and a raw
// one, split over frames.
class TwoFrames : public Store {
 public:
  std::string Name() const override { return "two"; }
  StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest&,
                                                 const RequestContext&) override {
    class Stream : public SeriesStream {
     public:
      StatusOr<bool> Next(SeriesFrame* frame) override {
        frame->clear();
        if (++calls_ > 2) return false;
        frame->chunks = {{1, 2, "", series::Encoding::kXor, Aggregate::kCount},
                         {1, 2, "", series::Encoding::kXor, Aggregate::kSum},
                         {3, 4, "", series::Encoding::kXor, Aggregate::kRaw}};
        frame->series = {{first_.view(), 0, 3}};
        if (calls_ == 2) frame->series.push_back({second_.view(), 2, 3});
        return true;
      }

     private:
      int calls_ = 0;
      const Labels first_{{"a", "1"}}, second_{{"a", "2"}};
    };
    return std::unique_ptr<SeriesStream>(std::make_unique<Stream>());
  }
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest&, const RequestContext&) override {
    return LabelsResponse{{"a"}, {}, {}};
  }
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest&, const RequestContext&) override {
    return LabelsResponse();
  }
};

TEST(GuardedStore, CountsAndLimits) {
  struct Case {
    SelectLimits limits;
    std::string_view error;
    std::string_view dropped;
  };
  for (const Case& c :
       {Case{{}, "", ""}, Case{{2, 5 * 120}, "", ""},
        Case{{1, 0}, "failed to send series: limit 1 violated (got 2)", "series"},
        Case{{0, 4 * 120}, "failed to send samples: limit 480 violated (got 600)", "chunks"}}) {
    std::string dropped;
    uint64_t series = 0, chunks = 0;
    const auto store =
        MakeGuardedStore(std::make_shared<TwoFrames>(), c.limits,
                         {.on_dropped = [&](std::string_view reason) { dropped = reason; },
                          .on_done = [&](uint64_t s, uint64_t n) { series = s, chunks = n; }});
    {
      auto stream = store->Series({}, {});
      SeriesFrame frame;
      ASSERT_TRUE((*stream)->Next(&frame).ok());
      const auto second = (*stream)->Next(&frame);
      EXPECT_EQ(second.ok(), c.error.empty());
      EXPECT_EQ(second.status().message(), c.error);
    }
    EXPECT_EQ(dropped, c.dropped);
    EXPECT_EQ(series, 2u);
    EXPECT_EQ(chunks, 5u);
    EXPECT_EQ(store->LabelNames({}, {})->values.size(), 1u);
    EXPECT_EQ(store->Name(), "two");
  }
}

}  // namespace
}  // namespace aion::store
