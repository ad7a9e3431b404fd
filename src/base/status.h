#pragma once

// Status and StatusOr: how an operation that may fail says so across a room border.
//
// A Status is OK or a code with a message. The codes are gRPC's, with its meaning: what the caller
// may do next (retry on kUnavailable, give up on kInvalidArgument, raise a limit on
// kResourceExhausted, …). Messages say what failed and end with the datum (`postings offset table:
// crc mismatch: block 01H…, offset 1234`). The world's failures (network, bucket, user, bytes on
// disk) are Statuses; our own bugs are CHECKs (`base/check.h`). Both types are movable values
// without synchronisation.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace aion {

/// Codes and numbers of gRPC.
enum class StatusCode : int {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// "InvalidArgument" and so on: the spelling of gRPC's metrics and logs.
std::string_view StatusCodeName(StatusCode code);

class [[nodiscard]] Status {
 public:
  Status() = default;
  /// Requires: `code` is not kOk.
  Status(StatusCode code, std::string message);

  Status(const Status& other);
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return ok() ? StatusCode::kOk : rep_->code; }
  /// Lives as long as this Status is neither changed nor destroyed.
  std::string_view message() const { return ok() ? std::string_view() : rep_->message; }
  /// "OK" or "InvalidArgument: message".
  std::string ToString() const;

  /// The same code with "`context`: " before the message. OK stays OK.
  Status WithContext(std::string_view context) const;

 private:
  struct Rep {
    StatusCode code;
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

inline Status OkStatus() { return Status(); }
Status CancelledError(std::string message);
Status UnknownError(std::string message);
Status InvalidArgumentError(std::string message);
Status DeadlineExceededError(std::string message);
Status NotFoundError(std::string message);
Status AlreadyExistsError(std::string message);
Status PermissionDeniedError(std::string message);
Status ResourceExhaustedError(std::string message);
Status FailedPreconditionError(std::string message);
Status AbortedError(std::string message);
Status OutOfRangeError(std::string message);
Status UnimplementedError(std::string message);
Status InternalError(std::string message);
Status UnavailableError(std::string message);
Status DataLossError(std::string message);

/// A T, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] StatusOr {
 public:
  /// Requires: `status` is not OK.
  StatusOr(Status status) : status_(std::move(status)) { CHECK(!status_.ok()); }  // NOLINT
  StatusOr(T value) : value_(std::move(value)) {}                                 // NOLINT

  bool ok() const { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }

  /// Requires: ok().
  T& value() & {
    CHECK(ok());
    return *value_;
  }
  const T& value() const& {
    CHECK(ok());
    return *value_;
  }
  T&& value() && {
    CHECK(ok());
    return *std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace aion

#define AION_CONCAT_INNER(a, b) a##b
#define AION_CONCAT(a, b) AION_CONCAT_INNER(a, b)

/// Returns from the enclosing function when the expression's Status is not OK.
#define RETURN_IF_ERROR(expression)                                                          \
  do {                                                                                       \
    if (::aion::Status aion_status_ = (expression); !aion_status_.ok()) return aion_status_; \
  } while (false)

/// `ASSIGN_OR_RETURN(auto x, F());` declares x from a StatusOr, or returns its Status.
#define ASSIGN_OR_RETURN(declaration, expression) \
  AION_ASSIGN_OR_RETURN_INNER(AION_CONCAT(aion_status_or_, __LINE__), declaration, expression)
#define AION_ASSIGN_OR_RETURN_INNER(holder, declaration, expression) \
  auto holder = (expression);                                        \
  if (!holder.ok()) return std::move(holder).status();               \
  declaration = std::move(holder).value()
