#include "blocks/shipper.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "blocks/block_files.h"
#include "blocks/marks.h"
#include "blocks/meta_fetcher.h"
#include "blocks/shipper_state.h"
#include "blocks/upload.h"
#include "objstore/faults.h"
#include "objstore/providers/filesystem.h"
#include "objstore/providers/inmem.h"
#include "testing/block_builder.h"
#include "testing/bucket_acceptance.h"
#include "tsdb/block/block_reader.h"

namespace aion::blocks {
namespace {

namespace fs = std::filesystem;

class ShipperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "/aion-shipper-" + std::to_string(::getpid());
    fs::remove_all(root_);
    tsdb_ = root_ + "/tsdb";
    fs::create_directories(tsdb_);
    options_.directory = tsdb_;
    options_.source = "receive";
    options_.external_labels = [] { return model::Labels{{"cluster", "c"}, {"replica", "a"}}; };
  }
  void TearDown() override { fs::remove_all(root_); }

  tsdb::BlockMeta Block(int hour, int64_t level = 1) {
    testing::BlockSpec spec;
    spec.thanos = false;
    spec.seed = static_cast<uint64_t>(hour * 10 + level);
    spec.level = level;
    spec.min_time = hour * 3600000;
    spec.max_time = spec.min_time + 3600000;
    spec.segment_size_max = 600;
    for (int i = 0; i < 5; ++i) {
      spec.series.push_back(testing::CounterSeries({{"__name__", "m"}, {"i", std::to_string(i)}},
                                                   spec.min_time, 15000, 200));
    }
    const auto meta = testing::BuildBlock(Env::Posix(), tsdb_, spec);
    EXPECT_TRUE(meta.ok()) << meta.status().ToString();
    return *meta;
  }
  StatusOr<size_t> Sync(objstore::Bucket& bucket) {
    Shipper shipper(bucket, options_, telemetry::Registry(), telemetry::Logger());
    return shipper.Sync({});
  }
  /// The block is in the bucket whole: it can be downloaded and read.
  void ExpectWhole(objstore::Bucket& bucket, const Ulid& id) {
    const std::string to = root_ + "/download/" + id.ToString();
    fs::remove_all(to);
    const Status status = DownloadBlock(bucket, Env::Posix(), id, to, 2, {});
    ASSERT_TRUE(status.ok()) << status.ToString();
    const auto from_bucket = tsdb::BlockReader::Open(Env::Posix(), to);
    ASSERT_TRUE(from_bucket.ok()) << from_bucket.status().ToString();
    const tsdb::ThanosMeta& thanos = *(*from_bucket)->meta().thanos;
    EXPECT_EQ(thanos.labels,
              (std::map<std::string, std::string>{{"cluster", "c"}, {"replica", "a"}}));
    EXPECT_EQ(thanos.source, "receive");
    EXPECT_GT(thanos.segment_files.size(), 1u);
    EXPECT_EQ(thanos.files.size(), thanos.segment_files.size() + 2);
    EXPECT_TRUE(thanos.UploadTimeMs().has_value());
    for (const tsdb::BlockFile& file : thanos.files) {
      if (file.rel_path == kMetaFile) continue;
      EXPECT_EQ(*ReadFile(Env::Posix(), to + "/" + file.rel_path),
                *ReadFile(Env::Posix(), tsdb_ + "/" + id.ToString() + "/" + file.rel_path));
    }
  }
  bool HasMeta(objstore::Bucket& bucket, const Ulid& id) {
    return *bucket.Exists(BlockObject(id, kMetaFile), {});
  }

  std::string root_, tsdb_;
  ShipperOptions options_;
  std::unique_ptr<objstore::Bucket> bucket_ = objstore::MakeInMemoryBucket();
};

TEST_F(ShipperTest, ShipsEachBlockOnce) {
  const auto first = Block(1), second = Block(2);
  EXPECT_EQ(*Sync(*bucket_), 2u);
  ExpectWhole(*bucket_, first.ulid);
  ExpectWhole(*bucket_, second.ulid);
  EXPECT_FALSE(fs::exists(tsdb_ + "/thanos/upload/" + first.ulid.ToString()))
      << "the staging directory goes";
  EXPECT_EQ(*Sync(*bucket_), 0u);
  // What was compacted away in the bucket does not come back.
  ASSERT_TRUE(DeleteBlock(*bucket_, first.ulid, {}).ok());
  EXPECT_EQ(*Sync(*bucket_), 0u);
  EXPECT_FALSE(HasMeta(*bucket_, first.ulid));
  const auto state = ReadFile(Env::Posix(), tsdb_ + "/thanos.shipper.json");
  EXPECT_EQ(*state, "{\n\t\"version\": 1,\n\t\"uploaded\": [\n\t\t\"" +
                        std::min(first.ulid, second.ulid).ToString() + "\",\n\t\t\"" +
                        std::max(first.ulid, second.ulid).ToString() + "\"\n\t]\n}\n");
}

TEST_F(ShipperTest, ADamagedStateFileOnlyCostsQuestions) {
  const auto block = Block(1);
  ASSERT_EQ(*Sync(*bucket_), 1u);
  for (const char* text :
       {"", "{", "[]", R"({"version":2})", R"({"version":1,"uploaded":["x"]})"}) {
    std::ofstream(tsdb_ + "/thanos.shipper.json", std::ios::trunc) << text;
    EXPECT_EQ(*Sync(*bucket_), 0u) << text;
    EXPECT_EQ(*ReadShipperState(Env::Posix(), tsdb_ + "/thanos.shipper.json"),
              std::set<Ulid>{block.ulid})
        << text;
  }
}

TEST_F(ShipperTest, DeathAtEveryWriteLeavesNothingVisibleOrAWholeBlock) {
  const auto block = Block(1);
  for (const bool tear : {false, true}) {
    for (int64_t writes = 0;; ++writes) {
      const auto inner = objstore::MakeInMemoryBucket();
      const auto plan = std::make_shared<objstore::FaultPlan>(
          objstore::FaultOptions{.writes_before_death = writes, .tear_at_death = tear});
      const auto dying = objstore::MakeFaultyBucket(*inner, plan);
      fs::remove(tsdb_ + "/thanos.shipper.json");
      const auto uploaded = Sync(*dying);
      if (uploaded.ok()) {
        EXPECT_GT(writes, 3);
        break;
      }
      // meta.json is one small object: a store that tears even that shows a damaged one, which
      // nobody loads.
      if (HasMeta(*inner, block.ulid)) {
        ASSERT_TRUE(tear);
        EXPECT_FALSE(
            tsdb::ParseMeta(inner->Get(BlockObject(block.ulid, kMetaFile), {})->view()).ok());
        continue;
      }
      const telemetry::Registry registry;
      MetaFetcher fetcher(std::make_shared<BaseMetaFetcher>(*inner, MetaFetcherOptions{}, registry,
                                                            telemetry::Logger()),
                          {}, registry);
      const auto view = fetcher.Fetch({});
      ASSERT_TRUE(view.ok());
      EXPECT_TRUE(view->metas.empty()) << writes;
      // The next sync of a new process repairs it.
      EXPECT_EQ(*Sync(*inner), 1u) << writes;
      ExpectWhole(*inner, block.ulid);
    }
  }
}

TEST_F(ShipperTest, UploadErrorsAreRetriedByLaterSyncs) {
  const auto block = Block(1);
  const auto plan = std::make_shared<objstore::FaultPlan>(
      objstore::FaultOptions{.seed = 11, .error_rate = 0.2, .torn_upload_rate = 0.1});
  const auto faulty = objstore::MakeFaultyBucket(*bucket_, plan);
  for (int i = 0; i < 1000 && !HasMeta(*bucket_, block.ulid); ++i) (void)Sync(*faulty);
  EXPECT_GT(plan->faults(), 0u);
  if (!tsdb::ParseMeta(bucket_->Get(BlockObject(block.ulid, kMetaFile), {})->view()).ok())
    return;  // A torn meta.json.
  ExpectWhole(*bucket_, block.ulid);
}

TEST_F(ShipperTest, AFailureStopsYoungerBlocksUnlessAllowed) {
  const auto bad = Block(1), good = Block(2);
  fs::remove(tsdb_ + "/" + bad.ulid.ToString() + "/index");
  EXPECT_FALSE(Sync(*bucket_).ok());
  EXPECT_FALSE(HasMeta(*bucket_, good.ulid));
  options_.allow_out_of_order_uploads = true;
  const auto status = Sync(*bucket_);
  EXPECT_EQ(status.status().message(), "failed to sync 1/0 blocks");
  ExpectWhole(*bucket_, good.ulid);
  EXPECT_FALSE(HasMeta(*bucket_, bad.ulid));
}

TEST_F(ShipperTest, CorruptedDirectories) {
  const auto good = Block(2);
  fs::create_directories(tsdb_ + "/" + Ulid::Parse("01M7YN5Y65J7GPXRK55S3CQZJP")->ToString());
  const auto refused = Sync(*bucket_);
  EXPECT_NE(refused.status().message().find("01M7YN5Y65J7GPXRK55S3CQZJP"), std::string::npos);
  options_.skip_corrupted_blocks = true;
  EXPECT_EQ(Sync(*bucket_).status().message(), "failed to sync 0/1 blocks");
  ExpectWhole(*bucket_, good.ulid);
}

TEST_F(ShipperTest, CompactedBlocks) {
  const auto level_one = Block(1);
  ASSERT_EQ(*Sync(*bucket_), 1u);
  const auto overlapping = Block(1, 2), alone = Block(5, 2);
  EXPECT_EQ(*Sync(*bucket_), 0u) << "compacted blocks stay at home";
  options_.upload_compacted = true;
  const auto blocked = Sync(*bucket_);
  EXPECT_NE(blocked.status().message().find("overlap spotted"), std::string::npos)
      << blocked.status().ToString();
  fs::remove_all(tsdb_ + "/" + overlapping.ulid.ToString());
  EXPECT_EQ(*Sync(*bucket_), 1u);
  ExpectWhole(*bucket_, alone.ulid);
}

TEST_F(ShipperTest, NeedsExternalLabels) {
  Block(1);
  options_.external_labels = [] { return model::Labels(); };
  const auto refused = Sync(*bucket_);
  EXPECT_NE(
      refused.status().message().find("empty external labels are not allowed for Thanos block."),
      std::string::npos)
      << refused.status().ToString();
  EXPECT_TRUE(testing::ListBucket(*bucket_, "", true).empty());
}

TEST_F(ShipperTest, TellsWhetherAllIsUploaded) {
  Shipper shipper(*bucket_, options_, telemetry::Registry(), telemetry::Logger());
  EXPECT_TRUE(*shipper.AllBlocksUploaded());
  const auto block = Block(1);
  EXPECT_FALSE(shipper.AllBlocksUploaded().ok()) << "no state file yet";
  ASSERT_TRUE(shipper.Sync({}).ok());
  EXPECT_TRUE(*shipper.AllBlocksUploaded());
  EXPECT_EQ(shipper.UploadedBlocks(), std::set<Ulid>{block.ulid});
}

/// A disk that is full after some bytes.
class SmallDiskEnv : public Env {
 public:
  explicit SmallDiskEnv(uint64_t bytes) : left_(bytes) {}
  StatusOr<std::unique_ptr<RandomFile>> OpenRandom(const std::string& path) override {
    return disk_.OpenRandom(path);
  }
  StatusOr<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override {
    ASSIGN_OR_RETURN(auto file, disk_.OpenWritable(path));
    return std::unique_ptr<WritableFile>(std::make_unique<File>(std::move(file), &left_));
  }
  StatusOr<FileInfo> Stat(const std::string& path) override { return disk_.Stat(path); }
  StatusOr<std::vector<std::string>> List(const std::string& path) override {
    return disk_.List(path);
  }
  Status MakeDirectories(const std::string& path) override { return disk_.MakeDirectories(path); }
  Status Rename(const std::string& from, const std::string& to) override {
    return disk_.Rename(from, to);
  }
  Status Link(const std::string& from, const std::string& to) override {
    return disk_.Link(from, to);
  }
  Status RemoveFile(const std::string& path) override { return disk_.RemoveFile(path); }
  Status RemoveAll(const std::string& path) override { return disk_.RemoveAll(path); }
  Status SyncDirectory(const std::string& path) override { return disk_.SyncDirectory(path); }

 private:
  class File : public WritableFile {
   public:
    File(std::unique_ptr<WritableFile> file, uint64_t* left)
        : file_(std::move(file)), left_(left) {}
    Status Append(std::string_view bytes) override {
      if (bytes.size() > *left_) return ResourceExhaustedError("write: No space left on device");
      *left_ -= bytes.size();
      return file_->Append(bytes);
    }
    Status Sync() override { return file_->Sync(); }
    Status Close() override { return file_->Close(); }

   private:
    const std::unique_ptr<WritableFile> file_;
    uint64_t* const left_;
  };
  Env& disk_ = Env::Posix();
  uint64_t left_;
};

TEST_F(ShipperTest, AFullBucketDiskLeavesNoHalfObjects) {
  const auto block = Block(1);
  const std::string bucket_directory = root_ + "/bucket";
  for (uint64_t room = 0;; room += 500) {
    SmallDiskEnv env(room);
    const auto bucket = *objstore::MakeFilesystemBucket({.directory = bucket_directory}, env);
    const auto uploaded = Sync(*bucket);
    for (const std::string& name : testing::ListBucket(*bucket, "", true)) {
      const std::string rel_path = name.substr(27);
      if (rel_path == kMetaFile) continue;
      EXPECT_EQ(bucket->Get(name, {})->view(),
                *ReadFile(Env::Posix(), tsdb_ + "/" + block.ulid.ToString() + "/" + rel_path));
    }
    if (uploaded.ok()) {
      ExpectWhole(*bucket, block.ulid);
      EXPECT_GT(room, 1000u);
      break;
    }
    EXPECT_EQ(uploaded.status().code(), StatusCode::kResourceExhausted)
        << uploaded.status().ToString();
    EXPECT_FALSE(HasMeta(*bucket, block.ulid));
    fs::remove_all(bucket_directory);
    ASSERT_LT(room, 100000u);
  }
}

TEST_F(ShipperTest, DeletingGoesMetaFirstMarkLast) {
  const auto block = Block(1);
  ASSERT_EQ(*Sync(*bucket_), 1u);
  ASSERT_TRUE(*WriteMark(*bucket_, {MarkKind::kDeletion, block.ulid, 1, "", ""}, {}));
  for (int64_t writes = 0;; ++writes) {
    const auto plan = std::make_shared<objstore::FaultPlan>(
        objstore::FaultOptions{.writes_before_death = writes});
    const auto dying = objstore::MakeFaultyBucket(*bucket_, plan);
    const bool done = DeleteBlock(*dying, block.ulid, {}).ok();
    EXPECT_TRUE(writes == 0 || !HasMeta(*bucket_, block.ulid));
    const auto left = testing::ListBucket(*bucket_, "", true);
    if (done) {
      EXPECT_TRUE(left.empty());
      break;
    }
    if (!left.empty()) {
      EXPECT_TRUE(*bucket_->Exists(BlockObject(block.ulid, MarkFile(MarkKind::kDeletion)), {}));
    }
  }
}

}  // namespace
}  // namespace aion::blocks
