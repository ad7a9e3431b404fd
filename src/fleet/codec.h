#pragma once

// Codec: the protobuf messages of thanos.Rules, Targets, Metadata, Exemplars, Status and
// thanos.info.Info, from and to the contract's structs. Found by `net/grpc_typed.h` through
// argument-dependent lookup. Decode takes hostile bytes: kInvalidArgument names the message;
// unknown fields are skipped; labels come out sorted and unique whatever the peer sent. Streams
// carry `…Message`s: one part of an answer, or a warning. Pure functions.

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "fleet/contract/exemplars.h"
#include "fleet/contract/info.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"

namespace aion::fleet {

struct InfoRequest {};

struct RulesMessage {
  std::optional<RuleGroup> group;
  std::string warning;
};
struct TargetsMessage {
  std::optional<TargetsResponse> targets;
  std::string warning;
};
struct MetadataMessage {
  std::optional<MetadataResponse> metadata;
  std::string warning;
};
struct ExemplarsMessage {
  std::optional<ExemplarSeries> series;
  std::string warning;
};
struct TsdbStatusMessage {
  std::optional<TsdbStatusResponse> statistics;
  std::string warning;
};

std::string Encode(const InfoRequest& request);
std::string Encode(const InfoAnswer& answer);
std::string Encode(const RulesRequest& request);
std::string Encode(const RulesMessage& message);
std::string Encode(const TargetsRequest& request);
std::string Encode(const TargetsMessage& message);
std::string Encode(const MetadataRequest& request);
std::string Encode(const MetadataMessage& message);
std::string Encode(const ExemplarsRequest& request);
std::string Encode(const ExemplarsMessage& message);
std::string Encode(const TsdbStatusRequest& request);
std::string Encode(const TsdbStatusMessage& message);

Status Decode(std::string_view bytes, InfoRequest* request);
Status Decode(std::string_view bytes, InfoAnswer* answer);
Status Decode(std::string_view bytes, RulesRequest* request);
Status Decode(std::string_view bytes, RulesMessage* message);
Status Decode(std::string_view bytes, TargetsRequest* request);
Status Decode(std::string_view bytes, TargetsMessage* message);
Status Decode(std::string_view bytes, MetadataRequest* request);
Status Decode(std::string_view bytes, MetadataMessage* message);
Status Decode(std::string_view bytes, ExemplarsRequest* request);
Status Decode(std::string_view bytes, ExemplarsMessage* message);
Status Decode(std::string_view bytes, TsdbStatusRequest* request);
Status Decode(std::string_view bytes, TsdbStatusMessage* message);

}  // namespace aion::fleet
