#include "store/proxy/proxy.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "store/proxy/frame_queue.h"

namespace aion::store {
namespace {

using model::Labels;
using model::Matcher;
using series::Encoding;

struct FakeSeries {
  Labels labels;
  std::vector<std::pair<TimestampMs, std::string>>
      chunks;  // Start time (each 10 ms long) and bytes.
};

/// Serves series a frame each, then its ending status.
class FakeStore : public Store {
 public:
  FakeStore(std::string name, std::vector<FakeSeries> series, Status ending = OkStatus())
      : name_(std::move(name)), series_(std::move(series)), ending_(std::move(ending)) {}

  std::string Name() const override { return name_; }
  StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext&) override {
    last_matchers = request.matchers;
    if (series_.empty() && !ending_.ok()) return ending_;
    return std::unique_ptr<SeriesStream>(std::make_unique<Stream>(series_, ending_));
  }
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest&, const RequestContext&) override {
    if (!ending_.ok()) return ending_;
    return LabelsResponse{{"a", name_}, {}, {}};
  }
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest&, const RequestContext&) override {
    if (!ending_.ok()) return ending_;
    return LabelsResponse{{name_, "v"}, {}, {}};
  }

  std::vector<Matcher> last_matchers;

 private:
  class Stream : public SeriesStream {
   public:
    Stream(std::vector<FakeSeries> series, Status ending)
        : series_(series.begin(), series.end()), ending_(std::move(ending)) {}
    StatusOr<bool> Next(SeriesFrame* frame) override {
      frame->clear();
      if (series_.empty()) {
        if (!ending_.ok()) return ending_;
        return false;
      }
      // Everything lives in the page, so a frame that outlives the stream must own it.
      auto page = std::make_shared<FakeSeries>(std::move(series_.front()));
      series_.pop_front();
      for (const auto& [time, bytes] : page->chunks) {
        frame->chunks.push_back({time, time + 9, bytes, Encoding::kXor, series::Aggregate::kRaw});
      }
      frame->series.push_back({page->labels, 0, static_cast<uint32_t>(frame->chunks.size())});
      frame->pages.emplace_back(page, page->labels.packed());
      return true;
    }

   private:
    std::deque<FakeSeries> series_;
    Status ending_;
  };

  std::string name_;
  std::vector<FakeSeries> series_;
  Status ending_;
};

struct Collected {
  std::vector<std::string> lines;  // "{labels} time:bytes …"
  model::Warnings warnings;
  Status status;
};

Collected Collect(Proxy& proxy, SeriesRequest request) {
  if (request.matchers.empty()) request.matchers = {Matcher::NotEqual("x", "")};
  Collected result;
  auto stream = proxy.Series(request, {});
  if (!stream.ok()) {
    result.status = stream.status();
    return result;
  }
  std::vector<SeriesFrame> kept;
  while (true) {
    SeriesFrame frame;
    auto more = (*stream)->Next(&frame);
    if (!more.ok()) result.status = more.status();
    if (!more.ok() || !*more) break;
    kept.push_back(std::move(frame));
  }
  stream->reset();  // Frames must stand on their own.
  for (const SeriesFrame& frame : kept) {
    result.warnings.Merge(frame.warnings);
    for (const FrameSeries& series : frame.series) {
      std::string line = series.labels.ToString();
      for (uint32_t i = series.chunk_begin; i < series.chunk_end; ++i) {
        line += " " + std::to_string(frame.chunks[i].min_time) + ":" +
                std::string(frame.chunks[i].data);
      }
      result.lines.push_back(std::move(line));
    }
  }
  return result;
}

ProxyMember Member(std::shared_ptr<Store> store, std::vector<Labels> label_sets = {},
                   TimestampMs min = 0, TimestampMs max = 1000) {
  ProxyMember member;
  member.address = store->Name();
  member.store = std::move(store);
  member.info.label_sets = std::move(label_sets);
  member.info.min_time = min;
  member.info.max_time = max;
  member.info.supports_without_replica_labels = true;
  member.info.supports_sharding = true;
  return member;
}

Proxy Over(std::vector<ProxyMember> members, ProxyOptions options = {}) {
  return Proxy([members] { return members; }, std::move(options));
}

std::shared_ptr<FakeStore> Fake(std::string name, std::vector<FakeSeries> series,
                                Status ending = OkStatus()) {
  return std::make_shared<FakeStore>(std::move(name), std::move(series), std::move(ending));
}

TEST(Proxy, MergesChainsAndDropsIdenticalChunks) {
  const Labels a({{"l", "a"}}), b({{"l", "b"}}), c({{"l", "c"}});
  Proxy proxy = Over({Member(Fake("one", {{a, {{0, "p"}, {10, "q"}}}, {c, {{0, "z"}}}})),
                      Member(Fake("two", {{a, {{5, "r"}, {10, "q"}}}, {b, {{0, "y"}}}})),
                      Member(Fake("three", {{a, {{10, "q"}}}}))});
  const Collected got = Collect(proxy, {});
  EXPECT_TRUE(got.status.ok());
  EXPECT_EQ(got.lines,
            (std::vector<std::string>{"{l=\"a\"} 0:p 5:r 10:q", "{l=\"b\"} 0:y", "{l=\"c\"} 0:z"}));
}

TEST(Proxy, ManySeriesFromManyMembersStaySortedAndWhole) {
  std::vector<ProxyMember> members;
  for (int m = 0; m < 5; ++m) {
    std::vector<FakeSeries> series;
    for (int i = m; i < 600; i += m + 1) {
      char name[8];
      std::snprintf(name, sizeof name, "%04d", i);
      series.push_back(
          {Labels({{"l", name}}), {{m * 10, std::string(1, static_cast<char>('a' + m))}}});
    }
    members.push_back(Member(Fake("m" + std::to_string(m), std::move(series))));
  }
  Proxy proxy = Over(members);
  const Collected got = Collect(proxy, {});
  ASSERT_EQ(got.lines.size(), 600u);
  EXPECT_TRUE(std::is_sorted(got.lines.begin(), got.lines.end()));
  EXPECT_EQ(got.lines[0], "{l=\"0000\"} 0:a");
  EXPECT_EQ(got.lines[599], "{l=\"0599\"} 0:a 10:b 20:c 30:d 40:e");
}

TEST(Proxy, AFailureIsAWarningOrAnError) {
  const Labels a({{"l", "a"}}), b({{"l", "b"}});
  const auto members =
      std::vector<ProxyMember>{Member(Fake("good", {{b, {{0, "y"}}}})),
                               Member(Fake("early", {{a, {{0, "x"}}}}, UnavailableError("gone"))),
                               Member(Fake("dead", {}, UnavailableError("connection refused")))};
  Proxy proxy = Over(members);
  const Collected partial = Collect(proxy, {});
  EXPECT_TRUE(partial.status.ok());
  EXPECT_EQ(partial.lines, (std::vector<std::string>{"{l=\"a\"} 0:x", "{l=\"b\"} 0:y"}));
  ASSERT_EQ(partial.warnings.warnings().size(), 2u);
  std::string all = partial.warnings.warnings()[0] + partial.warnings.warnings()[1];
  EXPECT_NE(all.find("receive series from Addr: early"), std::string::npos) << all;
  EXPECT_NE(all.find("fetch series for Store Gateway Addr: dead"), std::string::npos) << all;

  SeriesRequest strict;
  strict.partial_response = PartialResponse::kAbort;
  EXPECT_EQ(Collect(proxy, strict).status.code(), StatusCode::kAborted);
}

TEST(Proxy, AMemberThatBreaksItsOrderIsNamed) {
  const Labels a({{"l", "a"}}), b({{"l", "b"}});
  Proxy proxy = Over({Member(Fake("liar", {{b, {{0, "x"}}}, {a, {{0, "y"}}}})),
                      Member(Fake("good", {{a, {{0, "z"}}}}))});
  const Collected got = Collect(proxy, {});
  ASSERT_EQ(got.warnings.warnings().size(), 1u);
  EXPECT_NE(got.warnings.warnings()[0].find("Addr: liar"), std::string::npos);
  EXPECT_NE(got.warnings.warnings()[0].find("out of order"), std::string::npos);
  EXPECT_EQ(got.lines.front(), "{l=\"a\"} 0:z");
}

TEST(Proxy, AsksOnlyMembersThatCanMatch) {
  const Labels eu({{"cluster", "eu"}}), us({{"cluster", "us"}});
  const Labels a({{"l", "a"}}), b({{"l", "b"}}), c({{"l", "c"}});
  Proxy proxy = Over({Member(Fake("eu", {{a, {{0, "x"}}}}), {eu}),
                      Member(Fake("us", {{b, {{0, "y"}}}}), {us}),
                      Member(Fake("old", {{c, {{0, "z"}}}}), {eu}, -500, -100)});
  SeriesRequest request;
  request.matchers = {Matcher::Equal("cluster", "eu")};
  request.range = {0, 10};
  EXPECT_EQ(Collect(proxy, request).lines, (std::vector<std::string>{"{l=\"a\"} 0:x"}));

  request.matchers = {Matcher::NotEqual("l", "")};
  request.store_matchers = {{Matcher::Equal("__address__", "us")}};
  EXPECT_EQ(Collect(proxy, request).lines, (std::vector<std::string>{"{l=\"b\"} 0:y"}));
}

TEST(Proxy, ResortsMembersThatKeepReplicaLabels) {
  const Labels a1({{"a", "1"}, {"pod", "x"}}), a2({{"a", "1"}, {"pod", "y"}}), rep({{"a", "2"}});
  ProxyMember old =
      Member(Fake("old", {{Labels({{"a", "1"}, {"r", "1"}, {"z", "2"}}), {{0, "p"}}},
                          {Labels({{"a", "1"}, {"r", "2"}, {"z", "1"}}), {{0, "q"}}}}));
  old.info.supports_without_replica_labels = false;
  Proxy proxy = Over({old});
  SeriesRequest request;
  request.without_replica_labels = {"r"};
  EXPECT_EQ(Collect(proxy, request).lines,
            (std::vector<std::string>{"{a=\"1\", z=\"1\"} 0:q", "{a=\"1\", z=\"2\"} 0:p"}));
}

TEST(Proxy, LimitsSeriesAndRefusesEmptySelectors) {
  const Labels a({{"l", "a"}}), b({{"l", "b"}});
  Proxy proxy = Over({Member(Fake("one", {{a, {{0, "x"}}}, {b, {{0, "y"}}}}))},
                     {.selector_labels = Labels({{"q", "1"}})});
  SeriesRequest request;
  request.limit = 1;
  EXPECT_EQ(Collect(proxy, request).lines.size(), 1u);
  request.matchers = {Matcher::Equal("q", "1")};
  EXPECT_EQ(Collect(proxy, request).status.code(), StatusCode::kInvalidArgument);
  Proxy empty = Over({});
  SeriesRequest strict;
  strict.partial_response = PartialResponse::kAbort;
  EXPECT_EQ(Collect(empty, strict).status.message(), "No StoreAPIs available");
  EXPECT_TRUE(Collect(empty, {}).lines.empty());
}

TEST(Proxy, MergesLabelAnswers) {
  Proxy proxy = Over({Member(Fake("b", {})), Member(Fake("c", {})),
                      Member(Fake("bad", {}, InternalError("broken")))});
  LabelValuesRequest request;
  request.label = "l";
  const auto names = proxy.LabelNames(request, {});
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(names->values, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(names->warnings.warnings().size(), 1u);
  request.limit = 2;
  EXPECT_EQ(proxy.LabelValues(request, {})->values, (std::vector<std::string>{"b", "c"}));
  request.partial_response = PartialResponse::kAbort;
  EXPECT_FALSE(proxy.LabelValues(request, {}).ok());
}

/// Answers once the request is cancelled, and not before.
class Hanging : public FakeStore {
 public:
  Hanging() : FakeStore("hanging", {}) {}
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest&,
                                                 const RequestContext& context) override {
    std::mutex mutex;
    std::condition_variable woken;
    bool cancelled = false;
    const uint64_t id = context.cancel.OnCancel([&] {
      std::lock_guard lock(mutex);
      cancelled = true;
      woken.notify_all();
    });
    {
      std::unique_lock lock(mutex);
      woken.wait(lock, [&] { return cancelled; });
    }
    context.cancel.RemoveCallback(id);
    return context.cancel.Check();
  }
};

TEST(Proxy, CancelEndsAStreamWhoseMemberHangs) {
  Proxy timed = Over({Member(std::make_shared<Hanging>())}, {.response_timeout_ms = 20});
  const Collected got = Collect(timed, {});
  ASSERT_EQ(got.warnings.warnings().size(), 1u);
  EXPECT_NE(
      got.warnings.warnings()[0].find("failed to receive any data in 20ms from Addr: hanging"),
      std::string::npos);
}

// A deadline wakes nobody by itself: the merge has to look at it while it waits.
TEST(Proxy, TheDeadlineEndsAStreamWhoseMemberHangs) {
  Proxy patient = Over({Member(std::make_shared<Hanging>())});
  const CancelSource soon(CancelToken::Clock::now() + std::chrono::milliseconds(20));
  RequestContext context;
  context.cancel = soon.Token();
  SeriesRequest request;
  request.matchers = {Matcher::NotEqual("x", "")};
  auto stream = patient.Series(request, context);
  ASSERT_TRUE(stream.ok());
  SeriesFrame frame;
  EXPECT_EQ((*stream)->Next(&frame).status().code(), StatusCode::kDeadlineExceeded);
}

TEST(Proxy, AMemberThatHangsCostsALabelCallOneTimeout) {
  class HangingLabels : public FakeStore {
   public:
    HangingLabels() : FakeStore("hanging", {}) {}
    StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest&,
                                        const RequestContext& context) override {
      while (!context.cancel.IsCancelled())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return context.cancel.Check();
    }
  };
  Proxy proxy = Over({Member(std::make_shared<HangingLabels>()), Member(Fake("good", {}))},
                     {.labels_timeout_ms = 50});
  const auto names = proxy.LabelNames({}, {});
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(names->values, (std::vector<std::string>{"a", "good"}));
  ASSERT_EQ(names->warnings.warnings().size(), 1u);
  EXPECT_NE(names->warnings.warnings()[0].find("Addr: hanging"), std::string::npos);
}

TEST(FrameQueue, TheTimeoutRunsFromWhatTheProducerDidLast) {
  using namespace std::chrono_literals;
  internal::FrameQueue queue(1);
  std::atomic<bool> stop = false;
  std::thread producer([&] {
    while (!stop) queue.Touch(), std::this_thread::sleep_for(1ms);
    queue.Push({});
  });
  std::thread stopper([&] {
    std::this_thread::sleep_for(600ms);
    stop = true;
  });
  SeriesFrame frame;
  EXPECT_EQ(queue.Pop(&frame, 300ms, std::nullopt), internal::FrameQueue::Outcome::kFrame);
  stopper.join();
  producer.join();
  // Silent since long before anyone asked.
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(queue.Pop(&frame, 10ms, std::nullopt), internal::FrameQueue::Outcome::kTimeout);
}

}  // namespace
}  // namespace aion::store
