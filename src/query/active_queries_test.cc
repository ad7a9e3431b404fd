#include "query/active_queries.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace aion::query {
namespace {

class ActiveQueriesTest : public testing::Test {
 protected:
  ActiveQueriesTest()
      : directory_(testing::TempDir() + "active_queries_" + std::to_string(getpid()) + "/" +
                   testing::UnitTest::GetInstance()->current_test_info()->name()),
        logger_(telemetry::LogOptions(), [this](std::string_view line) { log_ += line; }) {}
  ~ActiveQueriesTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<ActiveQueries> Open(size_t queries_max) {
    return *ActiveQueries::Open(directory_, queries_max, logger_);
  }
  std::string File() const {
    std::ifstream file(directory_ + "/queries.active", std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  }

  const std::string directory_;
  std::string log_;
  const telemetry::Logger logger_;
};

TEST_F(ActiveQueriesTest, NamesWhatRunsNow) {
  const auto queries = Open(2);
  EXPECT_EQ(File(), "[" + std::string(2000, '\0'));
  {
    const auto up = queries->Insert("up{job=\"a\"}", 1'700'000'000'123);
    const std::string file = File();
    ASSERT_EQ(file.size(), 2001u);
    const std::string_view entry = R"({"query":"up{job=\"a\"}","timestamp_sec":1700000000})";
    EXPECT_EQ(file.substr(1, entry.size()), entry);
    EXPECT_EQ(file[1000], ',');
    EXPECT_EQ(UnfinishedQueries(file), "[" + std::string(entry) + "]");
  }
  EXPECT_EQ(UnfinishedQueries(File()), "");
}

TEST_F(ActiveQueriesTest, AFullFileLeavesQueriesUnnamed) {
  const auto queries = Open(1);
  auto first = queries->Insert("first", 0);
  const auto second = queries->Insert("second", 0);
  EXPECT_EQ(UnfinishedQueries(File()), R"([{"query":"first","timestamp_sec":0}])");
  first = ActiveQueries::Entry();
  const auto third = queries->Insert("third", 0);
  EXPECT_EQ(UnfinishedQueries(File()), R"([{"query":"third","timestamp_sec":0}])");
}

TEST_F(ActiveQueriesTest, LongQueriesStayInTheirSlot) {
  const std::string texts[] = {std::string(5000, 'x'), std::string(5000, '"'),
                               std::string(5000, '\x01')};
  std::string accents;
  for (int i = 0; i < 2000; ++i) accents += "é";
  const auto queries = Open(1);
  for (const std::string& text : {texts[0], texts[1], texts[2], accents}) {
    const auto entry = queries->Insert(text, 1'700'000'000'000);
    const std::string file = File();
    ASSERT_EQ(file.size(), 1001u);
    EXPECT_EQ(file[1000], ',');
    EXPECT_TRUE(UnfinishedQueries(file).ends_with(R"(","timestamp_sec":1700000000}])")) << file;
    EXPECT_GT(UnfinishedQueries(file).size(), 900u);
  }
}

TEST_F(ActiveQueriesTest, TheNextRunIsToldWhatDidNotFinish) {
  const auto queries = Open(3);
  EXPECT_EQ(log_, "");
  const auto one = queries->Insert("one", 0), two = queries->Insert("two", 0);
  const auto next = Open(3);
  EXPECT_NE(log_.find("These queries didn't finish in the last run:"), std::string::npos);
  EXPECT_NE(log_.find("one"), std::string::npos);
  EXPECT_NE(log_.find("two"), std::string::npos);
  EXPECT_EQ(UnfinishedQueries(File()), "");
}

}  // namespace
}  // namespace aion::query
