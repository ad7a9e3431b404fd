#pragma once

// Stream: the byte stream under an HTTP connection, the only Asio surface the HTTP code sees. One
// virtual call a read or write keeps the protocol code free of templates, which is what makes it
// cheap to compile; a TLS stream is one more implementation. All calls happen on the connection's
// strand; one read and one write may be under way at a time.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace aion::net::internal {

namespace asio = boost::asio;

class Stream {
 public:
  virtual ~Stream() = default;
  /// 0: the end, an error or the deadline.
  virtual asio::awaitable<size_t> ReadSome(char* out, size_t size) = 0;
  /// Writes a part of the buffers, at least a byte; 0 on failure.
  virtual asio::awaitable<size_t> WriteSome(std::span<const asio::const_buffer> buffers) = 0;
  /// Closes the socket when this much time passes without another call.
  virtual void ExpiresAfter(std::chrono::milliseconds timeout) = 0;
  virtual void ExpiresNever() = 0;
  /// Ends the sending side; the peer sees the end of the answer.
  virtual void ShutdownSend() = 0;
  virtual void Close() = 0;
};

std::unique_ptr<Stream> MakePlainStream(asio::ip::tcp::socket socket);

}  // namespace aion::net::internal
