#include "tsdb/block/meta.h"

#include <gtest/gtest.h>

namespace aion::tsdb {
namespace {

// Every field there is, as Go's encoder prints it.
constexpr std::string_view kFull = R"({
	"ulid": "01M7YN5Y65J7GPXRK55S3CQZJP",
	"minTime": -5,
	"maxTime": 1767463140001,
	"stats": {
		"numSamples": 5520,
		"numFloatSamples": 4440,
		"numHistogramSamples": 1080,
		"numSeries": 46,
		"numChunks": 57,
		"numTombstones": 2
	},
	"compaction": {
		"level": 2,
		"sources": [
			"01M7YN5Y65J7GPXRK55S3CQZJP"
		],
		"deletable": true,
		"parents": [
			{
				"ulid": "01M7YN5Y65J7GPXRK55S3CQZJP",
				"minTime": 1,
				"maxTime": 2
			}
		],
		"failed": true,
		"hints": [
			"from-out-of-order"
		]
	},
	"version": 1,
	"thanos": {
		"version": 1,
		"labels": {
			"a": "\u003c\u0026\u003e \"quoted\" µ",
			"b": ""
		},
		"downsample": {
			"resolution": 300000
		},
		"source": "compactor",
		"segment_files": [
			"000001"
		],
		"files": [
			{
				"rel_path": "chunks/000001",
				"size_bytes": 10,
				"hash": {
					"hashFunc": "SHA256",
					"value": "abc"
				}
			},
			{
				"rel_path": "meta.json"
			}
		],
		"rewrites": [
			{
				"sources": [
					"01M7YN5Y65J7GPXRK55S3CQZJP"
				]
			}
		],
		"index_stats": {
			"series_max_size": 32
		},
		"extensions": {
			"a": [],
			"b": {
				"x": 1.5,
				"y": null
			}
		},
		"upload_time": "2026-11-21T09:01:40.429899201Z"
	}
}
)";

TEST(MetaTest, PrintsWhatItRead) {
  StatusOr<BlockMeta> meta = ParseMeta(kFull);
  ASSERT_TRUE(meta.ok()) << meta.status().ToString();
  EXPECT_EQ(PrintMeta(*meta), kFull);
  EXPECT_EQ(meta->thanos->UploadTimeMs(), 1795251700429);
  EXPECT_EQ(meta->compaction.parents[0].max_time, 2);
}

TEST(MetaTest, PrometheusBlocksHaveNoThanosSection) {
  BlockMeta meta;
  meta.compaction.level = 1;
  const std::string text = PrintMeta(meta);
  EXPECT_EQ(text, R"({
	"ulid": "00000000000000000000000000",
	"minTime": 0,
	"maxTime": 0,
	"stats": {},
	"compaction": {
		"level": 1
	},
	"version": 1
})");
  StatusOr<BlockMeta> read = ParseMeta(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, meta);
  EXPECT_FALSE(read->thanos.has_value());
}

TEST(MetaTest, RefusesWhatItCannotRead) {
  struct Case {
    std::string_view json;
    StatusCode code;
    std::string_view message;
  };
  const Case cases[] = {
      {"", StatusCode::kDataLoss, "meta.json: incomplete JSON"},
      {"[]", StatusCode::kDataLoss, "meta.json: not an object"},
      {"{}", StatusCode::kUnimplemented, "unexpected meta file version 0"},
      {R"({"version": 2})", StatusCode::kUnimplemented, "unexpected meta file version 2"},
      {R"({"version": 1, "minTime": "x"})", StatusCode::kDataLoss,
       "meta.json: minTime is not an integer"},
      {R"({"version": 1, "minTime": 1e30})", StatusCode::kDataLoss,
       "meta.json: minTime is not an integer"},
      {R"({"version": 1, "ulid": "short"})", StatusCode::kDataLoss,
       "meta.json: ulid is not a ULID"},
      {R"({"version": 1, "thanos": {"version": 7}})", StatusCode::kUnimplemented,
       "unexpected meta file Thanos section version 7"},
  };
  for (const Case& one : cases) {
    const Status status = ParseMeta(one.json).status();
    EXPECT_EQ(status.code(), one.code) << one.json;
    EXPECT_EQ(status.message(), one.message) << one.json;
  }
  for (size_t size = 0; size + 1 < kFull.size(); ++size)
    EXPECT_FALSE(ParseMeta(kFull.substr(0, size)).ok()) << size;
}

TEST(MetaTest, ToleratesUnknownFields) {
  StatusOr<BlockMeta> meta =
      ParseMeta(R"({"version": 1, "new": {"a": [1]}, "thanos": {"labels": null, "later": 1}})");
  ASSERT_TRUE(meta.ok()) << meta.status().ToString();
  EXPECT_EQ(meta->thanos->UploadTimeMs(), std::nullopt);
}

}  // namespace
}  // namespace aion::tsdb
