#include "net/internal/response_writer.h"

#include <ctime>

#include "base/compression.h"
#include "net/internal/gzip_stream.h"
#include "net/internal/http_status.h"

namespace aion::net::internal {
namespace {

/// Writes are gathered to about this much before they travel.
constexpr size_t kChunkBytes = 32 << 10;
/// Larger answers are compressed piece by piece while they are sent.
constexpr uint64_t kGzipWholeMax = 256 << 10;
/// Room for "0000abcd\r\n" in front of a chunk's data: a size line of fixed width.
constexpr size_t kSizeLine = 10;

bool HasNoBody(int code) { return code == 204 || code == 304 || (code >= 100 && code < 200); }

void FillSizeLine(std::string* chunk) {
  static constexpr char kHex[] = "0123456789abcdef";
  size_t size = chunk->size() - kSizeLine;
  for (size_t i = 8; i-- > 0; size >>= 4) (*chunk)[i] = kHex[size & 15];
  (*chunk)[8] = '\r';
  (*chunk)[9] = '\n';
}

/// A header's bytes must not end its line, whatever a handler put there.
void AppendHeaderText(std::string* out, std::string_view text) {
  for (const char c : text) out->push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
}

}  // namespace

std::string HttpDate() {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm tm{};
  gmtime_r(&now, &tm);
  char text[40];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[tm.tm_wday],
                tm.tm_mday, kMonths[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                tm.tm_sec);
  return text;
}

QueuedResponse::QueuedResponse(std::shared_ptr<ResponseQueue> queue, ResponseTraits traits)
    : queue_(std::move(queue)), traits_(traits) {}

QueuedResponse::~QueuedResponse() = default;

bool QueuedResponse::MayCompress() const {
  return traits_.accepts_gzip && !headers_.Has("Content-Encoding") && !HasNoBody(code_) &&
         code_ != 206;
}

std::string QueuedResponse::Head() {
  std::string head = traits_.http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  head.reserve(256);
  head += std::to_string(code_);
  head += ' ';
  head += ReasonPhrase(code_);
  head += "\r\n";
  if (EqualsIgnoreCase(headers_.Get("Connection"), "close")) traits_.keep_alive = false;
  headers_.Remove("Connection");
  if (!traits_.keep_alive) headers_.Set("Connection", "close");
  if (traits_.keep_alive && traits_.http10) headers_.Set("Connection", "keep-alive");
  if (!headers_.Has("Date")) headers_.Set("Date", HttpDate());
  for (const auto& [name, value] : headers_.fields()) {
    AppendHeaderText(&head, name);
    head += ": ";
    AppendHeaderText(&head, value);
    head += "\r\n";
  }
  head += "\r\n";
  return head;
}

void QueuedResponse::Send(std::string body) {
  if (state_ != State::kNew) return;
  const uint64_t size = body.size();
  if (size >= traits_.gzip_bytes_min && size <= kGzipWholeMax && !traits_.head_only &&
      MayCompress()) {
    headers_.Set("Content-Encoding", "gzip");
    headers_.Add("Vary", "Accept-Encoding");
    std::string packed = GzipCompress(body);
    const uint64_t packed_size = packed.size();
    std::vector<Buffer> pieces;
    pieces.emplace_back(std::move(packed));
    SendWhole(std::move(pieces), packed_size);
    return;
  }
  std::vector<Buffer> pieces;
  if (size != 0) pieces.emplace_back(std::move(body));
  Send(std::move(pieces));
}

void QueuedResponse::Send(std::vector<Buffer> pieces) {
  if (state_ != State::kNew) return;
  uint64_t size = 0;
  for (const Buffer& piece : pieces) size += piece.size();
  if (size < traits_.gzip_bytes_min || traits_.head_only || !MayCompress()) {
    SendWhole(std::move(pieces), size);
    return;
  }
  for (const Buffer& piece : pieces) {
    for (size_t at = 0; at < piece.size(); at += kGzipWholeMax) {
      if (!Write(piece.view().substr(at, kGzipWholeMax)).ok()) return;
    }
  }
}

void QueuedResponse::SendWhole(std::vector<Buffer> pieces, uint64_t size) {
  state_ = State::kSent;
  if (!HasNoBody(code_)) {
    if (size != 0 && !headers_.Has("Content-Type"))
      headers_.Set("Content-Type", "text/plain; charset=utf-8");
    headers_.Set("Content-Length", std::to_string(size));
  }
  std::vector<Buffer> all;
  all.reserve(pieces.size() + 1);
  all.emplace_back(Head());
  if (!traits_.head_only && !HasNoBody(code_)) {
    body_bytes_ = size;
    for (Buffer& piece : pieces) all.push_back(std::move(piece));
  }
  // A client that is gone needs no answer; the handler learns of it from its token.
  static_cast<void>(queue_->PushAll(std::move(all)));
}

void QueuedResponse::BeginStream() {
  state_ = State::kStreaming;
  if (!headers_.Has("Content-Type")) headers_.Set("Content-Type", "text/plain; charset=utf-8");
  if (MayCompress() && !traits_.head_only) {
    headers_.Set("Content-Encoding", "gzip");
    headers_.Add("Vary", "Accept-Encoding");
    headers_.Remove("Content-Length");
    gzip_ = std::make_unique<GzipStream>();
  }
  const bool length_known = headers_.Has("Content-Length");
  chunked_ = !length_known && !traits_.http10;
  if (chunked_) headers_.Set("Transfer-Encoding", "chunked");
  if (!length_known && traits_.http10) traits_.keep_alive = false;
  static_cast<void>(queue_->Push(Buffer(Head())));
  chunk_.assign(chunked_ ? kSizeLine : 0, '0');
}

void QueuedResponse::Append(std::string_view bytes) {
  if (gzip_ != nullptr) {
    gzip_->Add(bytes, &chunk_);
  } else {
    chunk_.append(bytes);
  }
}

Status QueuedResponse::PushChunk() {
  const size_t prefix = chunked_ ? kSizeLine : 0;
  if (chunk_.size() == prefix) return OkStatus();
  body_bytes_ += chunk_.size() - prefix;
  if (chunked_) {
    FillSizeLine(&chunk_);
    chunk_ += "\r\n";
  }
  std::string full = std::exchange(chunk_, std::string(prefix, '0'));
  return queue_->Push(Buffer(std::move(full)));
}

Status QueuedResponse::Write(std::string_view bytes) {
  if (state_ == State::kSent) return FailedPreconditionError("http: answer was already sent");
  if (state_ == State::kNew) BeginStream();
  if (traits_.head_only || HasNoBody(code_)) return OkStatus();
  Append(bytes);
  return chunk_.size() >= kChunkBytes ? PushChunk() : OkStatus();
}

Status QueuedResponse::Flush() {
  if (state_ == State::kNew) BeginStream();
  if (state_ != State::kStreaming || traits_.head_only) return OkStatus();
  if (gzip_ != nullptr) gzip_->Flush(&chunk_);
  return PushChunk();
}

void QueuedResponse::Finish(bool failed) {
  if (state_ == State::kNew) Send(failed ? std::string("Internal Server Error\n") : std::string());
  bool keep_alive = traits_.keep_alive;
  if (state_ == State::kStreaming && failed) {
    // An answer cut short must not look complete: the last chunk stays away and the connection
    // breaks.
    keep_alive = false;
  } else if (state_ == State::kStreaming) {
    if (!traits_.head_only && !HasNoBody(code_)) {
      if (gzip_ != nullptr) gzip_->Finish(&chunk_);
      static_cast<void>(PushChunk());
      if (chunked_) static_cast<void>(queue_->Push(Buffer(std::string("0\r\n\r\n"))));
    }
  }
  queue_->Finish(keep_alive);
}

}  // namespace aion::net::internal
