#pragma once

// GzipStream: gzip in pieces, for answers that are sent while they are made.

#include <memory>
#include <string>
#include <string_view>

namespace aion::net::internal {

class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  /// Appends to `out` what the compressor yields for `bytes`.
  void Add(std::string_view bytes, std::string* out) { Deflate(bytes, kNone, out); }
  /// Makes everything added so far readable by the peer.
  void Flush(std::string* out) { Deflate({}, kSync, out); }
  void Finish(std::string* out) { Deflate({}, kEnd, out); }

 private:
  enum Mode { kNone, kSync, kEnd };
  void Deflate(std::string_view bytes, Mode mode, std::string* out);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aion::net::internal
