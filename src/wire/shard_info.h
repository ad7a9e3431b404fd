#pragma once

// thanos.ShardInfo inside other messages.

#include <string_view>

#include "wire/protobuf.h"
#include "wire/store_messages.h"

namespace aion::wire {

void EncodeShardInfo(ProtoWriter* writer, uint32_t field, const ShardInfo& shard);
/// False when malformed.
bool DecodeShardInfo(std::string_view bytes, ShardInfo* shard);

}  // namespace aion::wire
