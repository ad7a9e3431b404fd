#pragma once

// /api/v1/blocks and /api/v1/blocks/mark: what the page of blocks shows, and the marks it may
// write.
//
// The component that knows the blocks reports them with Set after each look at the bucket; requests
// get the last report. Metas are shared with the reporter and printed for each request.
// Thread-safe; must outlive the router.

#include <functional>
#include <mutex>
#include <string>

#include "api/respond.h"
#include "base/clock.h"
#include "blocks/marks.h"
#include "blocks/meta_view.h"

namespace aion::api {

struct BlocksApiOptions {
  std::string label;             ///< External label the page groups blocks by.
  bool admin_operations = true;  ///< False: marking is refused.
  bool cors = true;
  /// Writes one mark; nothing happens when the block has it already.
  std::function<Status(const blocks::Mark&, const CancelToken&)> write_mark;
  const Clock* clock = &Clock::System();
};

class BlocksApi {
 public:
  /// Blocks this component works with, and all it knows to be in the bucket.
  enum class View { kLoaded, kGlobal };

  explicit BlocksApi(BlocksApiOptions options) : options_(std::move(options)) {}

  void AddRoutes(net::Router* router) const;
  /// With an error the blocks of the last good report stay.
  void Set(View view, const blocks::Metas& metas, const Status& status);

  Answer Blocks(const net::Params& params) const;
  /// kInvalidArgument for anything that goes wrong, as upstream has it.
  Answer MarkBlock(const net::Params& params, const CancelToken& cancel) const;

 private:
  struct Report {
    blocks::Metas metas;
    TimestampMs refreshed_at = 0;  ///< 0: never.
    std::string error;
  };

  const BlocksApiOptions options_;
  mutable std::mutex mutex_;
  Report loaded_, global_;  // Guarded by mutex_.
};

}  // namespace aion::api
