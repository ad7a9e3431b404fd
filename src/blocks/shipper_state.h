#pragma once

// `thanos.shipper.json`: which blocks of a TSDB directory have been uploaded.
//
//   {"version": 1, "uploaded": ["01H…", …]}      tab-indented; null for none
//
// The file only saves questions to the bucket: losing it costs an Exists call a block.

#include <set>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "base/ulid.h"

namespace aion::blocks {

inline constexpr std::string_view kShipperStateFile = "thanos.shipper.json";

/// kNotFound when there is no file, kDataLoss when it is not such a file.
StatusOr<std::set<Ulid>> ReadShipperState(Env& env, const std::string& path);
Status WriteShipperState(Env& env, const std::string& path, const std::set<Ulid>& uploaded);

}  // namespace aion::blocks
