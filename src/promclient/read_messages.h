#pragma once

// The messages of remote read: prometheus.ReadRequest written, ChunkedReadResponse and ReadResponse
// read. Decoding takes hostile bytes: kInvalidArgument for malformed ones, kUnimplemented for a
// chunk encoding we do not know. Chunk data stays a view of the message and series are visited one
// by one, so that a page of frames costs no allocation a series; `wire/remote_read.h` has the same
// messages as structs. Pure functions.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/query_value.h"
#include "model/time_range.h"
#include "series/encoded.h"

namespace aion::promclient {

/// One query; streamed chunks are accepted first, samples second.
std::string EncodeReadRequest(const std::vector<model::Matcher>& matchers,
                              const model::QueryRange& range);

/// One series of a frame. `labels` and `chunks` are only valid in the call.
using ChunkedSeriesVisitor = std::function<Status(model::LabelsView labels,
                                                  const std::vector<series::EncodedChunk>& chunks)>;
/// Calls `visit` for each series of a ChunkedReadResponse, in order.
Status DecodeChunkedRead(std::string_view message, const ChunkedSeriesVisitor& visit);

/// One series of an answer in samples. Valid only in the call.
struct SampledSeries {
  model::LabelsView labels;
  const std::vector<model::FloatPoint>& samples;
};
/// Calls `visit` for each series of a ReadResponse's single result. Histograms are skipped, as
/// upstream does.
Status DecodeSampledRead(std::string_view message,
                         const std::function<Status(const SampledSeries&)>& visit);

}  // namespace aion::promclient
