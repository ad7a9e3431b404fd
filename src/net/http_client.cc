#include "net/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "base/env.h"
#include "net/url.h"

// A slot is one curl easy handle in a multi handle of its own: the multi holds the connection, and
// curl_multi_poll can be woken from the cancelling thread. Slots are kept by host and taken last-in
// first-out, so that warm connections are used first.

namespace aion::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kRedirectsMax = 10;
constexpr size_t kErrorBodyMax = 1 << 20;
constexpr uint64_t kSecretBytesMax = 1 << 20;
constexpr int kPollMs = 1000;
constexpr long kLargeBufferBytes = 512 << 10;
constexpr long kSmallBufferBytes = 64 << 10;
constexpr uint64_t kLargeResponseBytes = 1 << 20;

struct Slot {
  Slot() : multi(curl_multi_init()), easy(curl_easy_init()) {
    // One for the host and one for where it redirects to.
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2L);
  }
  ~Slot() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  CURLM* const multi;
  CURL* const easy;
  SteadyClock::time_point idle_since;
};

struct HeaderList {
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

/// One running call, as curl's callbacks see it.
struct Transfer {
  const HttpRequest& request;
  const BodySink* sink;
  const WantsStream& wants;
  HttpResponse response;
  Status failure;  // Ours, when a callback stopped the call.
  uint64_t received = 0;
  size_t body_at = 0;  // Of request.body, for uploads.
  bool body_begun = false;
  bool streaming = false;
  bool head_begun = false;

  void BeginBody() {
    if (body_begun) return;
    body_begun = true;
    streaming = sink != nullptr && (wants ? wants(response) : response.code / 100 == 2);
    if (!streaming && sink == nullptr && request.response_bytes_expected != 0) {
      response.body.reserve(std::min(request.response_bytes_expected, request.response_bytes_max));
    }
  }
  uint64_t Limit() const {
    return sink != nullptr && !streaming
               ? std::min<uint64_t>(kErrorBodyMax, request.response_bytes_max)
               : request.response_bytes_max;
  }
};

size_t OnHeader(char* data, size_t, size_t size, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  transfer->head_begun = true;
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    // A new head: after 100 Continue or a redirect.
    transfer->response.headers = Headers();
    const size_t space = std::min(line.find(' '), line.size());
    transfer->response.code =
        std::atoi(std::string(line.substr(std::min(space + 1, line.size()), 3)).c_str());
    return size;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  transfer->response.headers.Add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

size_t OnBody(char* data, size_t, size_t size, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  transfer->BeginBody();
  transfer->received += size;
  if (transfer->received > transfer->Limit()) {
    transfer->failure = ResourceExhaustedError("answer is over the limit of bytes: " +
                                               std::to_string(transfer->Limit()));
    return 0;
  }
  if (!transfer->streaming) {
    transfer->response.body.append(data, size);
    return size;
  }
  transfer->failure = (*transfer->sink)(std::string_view(data, size));
  return transfer->failure.ok() ? size : 0;
}

size_t OnUpload(char* out, size_t, size_t size, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  if (transfer->request.body_source == nullptr) {
    const std::string_view rest = transfer->request.body.substr(transfer->body_at, size);
    rest.copy(out, rest.size());
    transfer->body_at += rest.size();
    return rest.size();
  }
  auto count = transfer->request.body_source(out, size);
  if (count.ok()) return *count;
  transfer->failure = count.status();
  return CURL_READFUNC_ABORT;
}

int OnRewind(void* context, curl_off_t offset, int origin) {
  auto* transfer = static_cast<Transfer*>(context);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  if (transfer->request.body_source == nullptr) {
    transfer->body_at = 0;
    return CURL_SEEKFUNC_OK;
  }
  if (transfer->request.body_rewind == nullptr) return CURL_SEEKFUNC_CANTSEEK;
  transfer->failure = transfer->request.body_rewind();
  return transfer->failure.ok() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

StatusOr<std::string> ReadSecret(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(Env::Posix(), path, kSecretBytesMax));
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return std::string();
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

template <typename T>
void Set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

Status FromCurl(CURLcode code, const char* detail) {
  const std::string text = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return DeadlineExceededError(text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return InvalidArgumentError(text);
    case CURLE_TOO_MANY_REDIRECTS:
      return FailedPreconditionError(text);
    case CURLE_OUT_OF_MEMORY:
      return ResourceExhaustedError(text);
    default:
      return UnavailableError(text);
  }
}

}  // namespace

class HttpClient::Impl {
 public:
  Impl(HttpClientConfig config, std::string user_agent)
      : config_(std::move(config)), user_agent_(std::move(user_agent)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_ALL); });
  }

  StatusOr<HttpResponse> Run(const HttpRequest& request, const BodySink* sink,
                             const WantsStream& wants, const CancelToken& cancel) {
    RETURN_IF_ERROR(cancel.Check());
    auto url = ParseUrl(request.url);
    if (!url.ok()) return std::move(url).status();
    if ((url->scheme != "http" && url->scheme != "https") || url->host.empty()) {
      return InvalidArgumentError("unsupported protocol scheme or missing host: " + request.url);
    }
    const std::string key = url->scheme + "://" + url->HostPort();
    ASSIGN_OR_RETURN(std::unique_ptr<Slot> slot, Take(key, cancel));
    Transfer transfer{request, sink, wants, {}, {}};
    Status status = Perform(*slot, *url, &transfer, cancel);
    const bool reusable = status.ok();
    Give(key, reusable ? std::move(slot) : nullptr);
    if (!status.ok()) {
      Url shown = *url;
      if (shown.has_password) shown.password = "xxxxx";
      return status.WithContext(request.method + " \"" + shown.ToString() + "\"");
    }
    return std::move(transfer.response);
  }

 private:
  StatusOr<std::unique_ptr<Slot>> Take(const std::string& key, const CancelToken& cancel) {
    const int busy_max = config_.transport.max_connections_per_host;
    std::unique_lock lock(mutex_);
    Host& host = hosts_[key];
    while (busy_max > 0 && host.busy >= busy_max) {
      freed_.wait_for(lock, std::chrono::milliseconds(20));
      RETURN_IF_ERROR(cancel.Check());
    }
    ++host.busy;
    if (host.idle.empty()) {
      lock.unlock();
      return std::make_unique<Slot>();
    }
    std::unique_ptr<Slot> slot = std::move(host.idle.back());
    host.idle.pop_back();
    return slot;
  }

  void Give(const std::string& key, std::unique_ptr<Slot> slot) {
    std::vector<std::unique_ptr<Slot>> dropped;  // Closed outside the lock.
    const auto now = SteadyClock::now();
    std::lock_guard lock(mutex_);
    Host& host = hosts_[key];
    --host.busy;
    freed_.notify_one();
    if (slot != nullptr) {
      slot->idle_since = now;
      host.idle.push_back(std::move(slot));
    }
    const auto timeout = std::chrono::milliseconds(config_.transport.idle_connection_timeout_ms);
    const auto drop_front = [&](Host& from) {
      dropped.push_back(std::move(from.idle.front()));
      from.idle.erase(from.idle.begin());
    };
    const int per_host_max = std::max(1, config_.transport.max_idle_connections_per_host);
    while (static_cast<int>(host.idle.size()) > per_host_max) drop_front(host);
    if (timeout.count() > 0 && now - last_sweep_ > timeout / 4) {
      last_sweep_ = now;
      for (auto it = hosts_.begin(); it != hosts_.end();) {
        while (!it->second.idle.empty() && now - it->second.idle.front()->idle_since > timeout)
          drop_front(it->second);
        it = it->second.idle.empty() && it->second.busy == 0 ? hosts_.erase(it) : std::next(it);
      }
    }
  }

  Status SetCredentials(CURL* easy, HeaderList* headers) {
    if (!config_.basic_auth_username.empty() || !config_.basic_auth_password.empty() ||
        !config_.basic_auth_password_file.empty()) {
      std::string password = config_.basic_auth_password;
      if (!config_.basic_auth_password_file.empty()) {
        ASSIGN_OR_RETURN(password, ReadSecret(config_.basic_auth_password_file));
      }
      Set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      Set(easy, CURLOPT_USERNAME, config_.basic_auth_username.c_str());
      Set(easy, CURLOPT_PASSWORD, password.c_str());
    }
    std::string token = config_.bearer_token;
    if (!config_.bearer_token_file.empty()) {
      ASSIGN_OR_RETURN(token, ReadSecret(config_.bearer_token_file));
    }
    if (!token.empty()) headers->Add("Authorization: Bearer " + token);
    return OkStatus();
  }

  /// server_name: the request is made for that name and the connection goes to the URL's host.
  void SetTls(CURL* easy, const Url& url, HeaderList* headers, HeaderList* connect_to) {
    const TlsClientConfig& tls = config_.tls;
    if (!tls.ca_file.empty()) Set(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
    if (!tls.cert_file.empty()) Set(easy, CURLOPT_SSLCERT, tls.cert_file.c_str());
    if (!tls.key_file.empty()) Set(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
    Set(easy, CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L);
    Set(easy, CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L);
    if (tls.server_name.empty() || url.scheme != "https" || tls.server_name == url.host) return;
    Url named = url;
    named.host = tls.server_name;
    named.user.clear();
    named.password.clear();
    named.has_password = false;
    named.fragment.clear();
    const std::string port = url.port.empty() ? "443" : url.port;
    connect_to->Add(tls.server_name + ":" + port + ":" + JoinHostPort(url.host, port));
    headers->Add("Host: " + url.HostPort());
    Set(easy, CURLOPT_URL, named.ToString().c_str());
    Set(easy, CURLOPT_CONNECT_TO, connect_to->list);
  }

  void SetBody(CURL* easy, Transfer* transfer, HeaderList* headers) {
    const HttpRequest& request = transfer->request;
    const bool has_source = request.body_source != nullptr;
    if (request.method == "GET" && request.body.empty() && !has_source) return;
    if (request.method == "HEAD") {
      Set(easy, CURLOPT_NOBODY, 1L);
      return;
    }
    if (!has_source && request.method == "POST") {
      Set(easy, CURLOPT_POST, 1L);
      Set(easy, CURLOPT_POSTFIELDS, request.body.data() == nullptr ? "" : request.body.data());
      Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      if (!request.headers.Has("Content-Type")) headers->Add("Content-Type:");
      return;
    }
    if (has_source || !request.body.empty() || request.method == "PUT") {
      Set(easy, CURLOPT_UPLOAD, 1L);
      Set(easy, CURLOPT_READFUNCTION, &OnUpload);
      Set(easy, CURLOPT_READDATA, transfer);
      Set(easy, CURLOPT_SEEKFUNCTION, &OnRewind);
      Set(easy, CURLOPT_SEEKDATA, transfer);
      const uint64_t size =
          has_source ? request.body_source_bytes.value_or(0) : request.body.size();
      Set(easy, CURLOPT_UPLOAD_BUFFERSIZE,
          static_cast<long>(std::clamp<uint64_t>(size, 64 << 10, 1 << 20)));
      if (!has_source || request.body_source_bytes) {
        Set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
      }
    }
    if (request.method != "PUT" || !(has_source || !request.body.empty())) {
      Set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  void SetTimeouts(CURL* easy, const HttpRequest& request, const CancelToken& cancel) {
    const TransportConfig& transport = config_.transport;
    if (transport.dialer_timeout_ms > 0 || transport.tls_handshake_timeout_ms > 0) {
      Set(easy, CURLOPT_CONNECTTIMEOUT_MS,
          static_cast<long>(transport.dialer_timeout_ms + transport.tls_handshake_timeout_ms));
    }
    int64_t timeout = request.timeout_ms;
    if (const auto deadline = cancel.Deadline()) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - SteadyClock::now())
              .count();
      timeout = timeout > 0 ? std::min<int64_t>(timeout, left) : left;
      timeout = std::max<int64_t>(timeout, 1);
    }
    if (timeout > 0) Set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
  }

  Status Perform(Slot& slot, const Url& url, Transfer* transfer, const CancelToken& cancel) {
    CURL* easy = slot.easy;
    const HttpRequest& request = transfer->request;
    curl_easy_reset(easy);
    char error_text[CURL_ERROR_SIZE] = "";
    HeaderList headers, connect_to;
    Set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(error_text));
    Set(easy, CURLOPT_URL, request.url.c_str());
    Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    Set(easy, CURLOPT_NOSIGNAL, 1L);
    Set(easy, CURLOPT_QUICK_EXIT, 1L);  // A cancelled call does not wait for its name look-up.
    Set(easy, CURLOPT_PATH_AS_IS, 1L);
    Set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    Set(easy, CURLOPT_USERAGENT, user_agent_.c_str());
    Set(easy, CURLOPT_BUFFERSIZE,
        request.response_bytes_expected > kLargeResponseBytes ? kLargeBufferBytes
                                                              : kSmallBufferBytes);
    Set(easy, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
    Set(easy, CURLOPT_MAXREDIRS, static_cast<long>(kRedirectsMax));
    if (request.accept_gzip && !config_.transport.disable_compression &&
        !request.headers.Has("Accept-Encoding")) {
      Set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    if (!config_.proxy_url.empty()) {
      Set(easy, CURLOPT_PROXY, config_.proxy_url.c_str());
    } else if (!config_.proxy_from_environment) {
      Set(easy, CURLOPT_PROXY, "");
    }
    Set(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
    Set(easy, CURLOPT_HEADERDATA, transfer);
    Set(easy, CURLOPT_WRITEFUNCTION, &OnBody);
    Set(easy, CURLOPT_WRITEDATA, transfer);
    headers.Add("Expect:");
    for (const auto& [name, value] : request.headers.fields()) {
      // A header without a value is spelled with a semicolon in curl.
      headers.Add(value.empty() ? name + ";" : name + ": " + value);
    }
    RETURN_IF_ERROR(SetCredentials(easy, &headers));
    SetTls(easy, url, &headers, &connect_to);
    SetBody(easy, transfer, &headers);
    SetTimeouts(easy, request, cancel);
    Set(easy, CURLOPT_HTTPHEADER, headers.list);

    Status status = Drive(slot, transfer, cancel, error_text);
    if (status.ok()) transfer->BeginBody();
    return status;
  }

  Status Drive(Slot& slot, Transfer* transfer, const CancelToken& cancel, const char* error_text) {
    const auto header_timeout =
        std::chrono::milliseconds(config_.transport.response_header_timeout_ms);
    const auto begin = SteadyClock::now();
    curl_multi_add_handle(slot.multi, slot.easy);
    const uint64_t callback = cancel.OnCancel([multi = slot.multi] { curl_multi_wakeup(multi); });
    Status status;
    int running = 1;
    while (true) {
      const CURLMcode code = curl_multi_perform(slot.multi, &running);
      if (code != CURLM_OK) {
        status = UnavailableError(curl_multi_strerror(code));
        break;
      }
      if (running == 0) break;
      if (cancel.IsCancelled()) {
        status = cancel.Check();
        break;
      }
      if (header_timeout.count() > 0 && !transfer->head_begun &&
          SteadyClock::now() - begin > header_timeout) {
        status = DeadlineExceededError("timeout awaiting response headers");
        break;
      }
      const int wait = header_timeout.count() > 0 && !transfer->head_begun
                           ? static_cast<int>(std::min<int64_t>(kPollMs, header_timeout.count()))
                           : kPollMs;
      curl_multi_poll(slot.multi, nullptr, 0, wait, nullptr);
    }
    cancel.RemoveCallback(callback);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(slot.multi, &left)) {
      if (message->msg != CURLMSG_DONE || !status.ok()) continue;
      if (message->data.result != CURLE_OK) status = FromCurl(message->data.result, error_text);
    }
    if (!transfer->failure.ok()) status = std::move(transfer->failure);
    if (!status.ok() && status.code() == StatusCode::kDeadlineExceeded && cancel.IsCancelled())
      status = cancel.Check();
    curl_multi_remove_handle(slot.multi, slot.easy);
    return status;
  }

  struct Host {
    std::vector<std::unique_ptr<Slot>> idle;
    int busy = 0;
  };

  const HttpClientConfig config_;
  const std::string user_agent_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::string, Host> hosts_;  // Guarded by mutex_, as all below.
  SteadyClock::time_point last_sweep_ = SteadyClock::now();
};

HttpClient::HttpClient(HttpClientConfig config, std::string user_agent)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(user_agent))) {}
HttpClient::~HttpClient() = default;

StatusOr<HttpResponse> HttpClient::Do(const HttpRequest& request, const CancelToken& cancel) {
  return impl_->Run(request, nullptr, nullptr, cancel);
}

StatusOr<HttpResponse> HttpClient::DoStream(const HttpRequest& request, const BodySink& sink,
                                            const CancelToken& cancel, const WantsStream& wants) {
  return impl_->Run(request, &sink, wants, cancel);
}

}  // namespace aion::net
