#include "telemetry/log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <thread>
#include <vector>

namespace aion::telemetry {
namespace {

class LogTest : public testing::Test {
 protected:
  Logger Make(LogLevel level, LogFormat format, std::string name = "") {
    return Logger({level, format, std::move(name)},
                  [this](std::string_view line) { lines_.emplace_back(line); });
  }
  std::vector<std::string> lines_;
};

TEST_F(LogTest, LogfmtHasUpstreamsKeysInOrder) {
  const Logger logger =
      Make(LogLevel::kInfo, LogFormat::kLogfmt, "shard-1").With({{"component", "store"}});
  logger.Info("block loaded", {{"id", "01H"}, {"size", 42}, {"ratio", 0.5}, {"ok", true}});
  ASSERT_EQ(lines_.size(), 1u);
  const std::regex shape(
      R"(ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z caller=log_test\.cc:\d+ level=info name=shard-1 )"
      R"(component=store msg="block loaded" id=01H size=42 ratio=0\.5 ok=true\n)");
  EXPECT_TRUE(std::regex_match(lines_[0], shape)) << lines_[0];
}

TEST_F(LogTest, LogfmtQuotesWhatWouldBreakALine) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"plain", "plain"},
      {"", ""},
      {"two words", "\"two words\""},
      {"a=b", "\"a=b\""},
      {"say \"hi\"", R"("say \"hi\"")"},
      {"line\nbreak", R"("line\nbreak")"},
      {"null", "\"null\""},
      {"\xff", R"("\ufffd")"},
      {"\u00e9", "\u00e9"},
      {"\x7f", "\"\x7f\""},
  };
  const Logger logger = Make(LogLevel::kDebug, LogFormat::kLogfmt);
  for (const auto& [value, printed] : cases) {
    lines_.clear();
    logger.Debug("m", {{"k", value}});
    ASSERT_EQ(lines_.size(), 1u);
    EXPECT_TRUE(lines_[0].ends_with(" msg=m k=" + std::string(printed) + "\n")) << lines_[0];
  }
  lines_.clear();
  logger.Debug("m", {{"rules found = \"", 1}, {"err", NotFoundError("block: 01H")}});
  EXPECT_TRUE(lines_[0].ends_with(" rulesfound=1 err=\"block: 01H\"\n")) << lines_[0];
}

TEST_F(LogTest, JsonSortsKeysAndKeepsTheLastOfEqualOnes) {
  const Logger logger =
      Make(LogLevel::kInfo, LogFormat::kJson).With({{"component", "query"}, {"n", 1}});
  logger.Warn("a \"b\"", {{"n", uint64_t{2}}, {"nan", std::nan("")}, {"f", 1.5}, {"b", false}});
  ASSERT_EQ(lines_.size(), 1u);
  const std::regex shape(
      R"(\{"b":false,"caller":"log_test\.cc:\d+","component":"query","f":1\.5,"level":"warn","msg":"a \\"b\\"",)"
      R"("n":2,"nan":"NaN","ts":"[^"]+Z"\}\n)");
  EXPECT_TRUE(std::regex_match(lines_[0], shape)) << lines_[0];
}

TEST_F(LogTest, LevelsFilter) {
  const Logger logger = Make(LogLevel::kWarn, LogFormat::kLogfmt);
  logger.Debug("d");
  logger.Info("i");
  logger.Warn("w");
  logger.Error("e");
  EXPECT_EQ(lines_.size(), 2u);
  EXPECT_FALSE(logger.Enabled(LogLevel::kInfo));
  Logger().With({{"a", 1}}).Error("goes nowhere");
  EXPECT_EQ(ParseLogLevel("warn").value(), LogLevel::kWarn);
  EXPECT_FALSE(ParseLogLevel("trace").ok());
  EXPECT_EQ(ParseLogFormat("journald").value(), LogFormat::kLogfmt);
  EXPECT_FALSE(ParseLogFormat("xml").ok());
}

TEST_F(LogTest, LinesOfThreadsDoNotMix) {
  const Logger logger = Make(LogLevel::kInfo, LogFormat::kLogfmt);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) logger.Info("line", {{"n", n}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lines_.size(), 400u);
}

}  // namespace
}  // namespace aion::telemetry
