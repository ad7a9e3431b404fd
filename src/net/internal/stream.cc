#include "net/internal/stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace aion::net::internal {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Lets Asio take a span as a buffer sequence without copying the buffers.
struct BufferSpan {
  using value_type = asio::const_buffer;
  using const_iterator = const asio::const_buffer*;
  const_iterator begin() const { return first; }
  const_iterator end() const { return last; }
  const_iterator first, last;
};

class PlainStream final : public Stream {
 public:
  explicit PlainStream(asio::ip::tcp::socket socket)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        alive_(std::make_shared<bool>(true)) {}
  ~PlainStream() override { *alive_ = false; }

  asio::awaitable<size_t> ReadSome(char* out, size_t size) override {
    auto [error, count] = co_await socket_.async_read_some(asio::mutable_buffer(out, size), kAwait);
    co_return error ? 0 : count;
  }

  asio::awaitable<size_t> WriteSome(std::span<const asio::const_buffer> buffers) override {
    const BufferSpan sequence{buffers.data(), buffers.data() + buffers.size()};
    auto [error, count] = co_await socket_.async_write_some(sequence, kAwait);
    co_return error ? 0 : count;
  }

  void ExpiresAfter(std::chrono::milliseconds timeout) override {
    deadline_ = std::chrono::steady_clock::now() + timeout;
    // A running timer is left alone unless it would fire too late: it looks at the deadline when it
    // fires.
    if (!armed_ || deadline_ < timer_.expiry()) Arm();
  }

  void ExpiresNever() override { deadline_ = std::chrono::steady_clock::time_point::max(); }

  void ShutdownSend() override {
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }

  void Close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  void Arm() {
    armed_ = true;
    timer_.expires_at(deadline_);
    timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
      if (!*alive || error) return;
      armed_ = false;
      if (deadline_ == std::chrono::steady_clock::time_point::max()) return;
      if (std::chrono::steady_clock::now() >= deadline_) {
        Close();
      } else {
        Arm();
      }
    });
  }

  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool armed_ = false;
  std::shared_ptr<bool> alive_;
};

}  // namespace

std::unique_ptr<Stream> MakePlainStream(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace aion::net::internal
