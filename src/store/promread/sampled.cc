#include "store/promread/sampled.h"

#include <algorithm>

#include "chunk/xor.h"

namespace aion::store {

EncodedSamples EncodeSamples(std::span<const model::FloatPoint> samples) {
  EncodedSamples out;
  std::string bytes;
  std::vector<size_t> ends;
  while (!samples.empty()) {
    const std::span<const model::FloatPoint> part =
        samples.first(std::min(samples.size(), kSamplesPerChunk));
    samples = samples.subspan(part.size());
    chunk::XorAppender appender;
    for (const model::FloatPoint& point : part) appender.Append(point.time, point.value);
    bytes += appender.bytes();
    ends.push_back(bytes.size());
    series::EncodedChunk chunk;
    chunk.encoding = series::Encoding::kXor;
    chunk.min_time = part.front().time;
    chunk.max_time = part.back().time;
    out.chunks.push_back(chunk);
  }
  out.bytes = Buffer(std::move(bytes));
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    out.chunks[i].data = out.bytes.view().substr(begin, ends[i] - begin);
    begin = ends[i];
  }
  return out;
}

}  // namespace aion::store
