#include "net/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <string>

#include "base/env.h"
#include "net/internal/curl_pool.h"
#include "net/internal/curl_transfer.h"
#include "net/url.h"

namespace aion::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kRedirectsMax = 10;
constexpr uint64_t kSecretBytesMax = 1 << 20;
constexpr int kPollMs = 1000;
constexpr long kLargeBufferBytes = 512 << 10;
constexpr long kSmallBufferBytes = 64 << 10;
constexpr uint64_t kLargeResponseBytes = 1 << 20;

struct HeaderList {
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

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

}  // namespace

class HttpClient::Impl {
 public:
  Impl(HttpClientConfig config, std::string user_agent)
      : config_(std::move(config)), user_agent_(std::move(user_agent)), pool_(config_.transport) {
    static std::once_flag once;
    std::call_once(once, [] {
      curl_global_init(CURL_GLOBAL_ALL);
      // A TLS peer that closes while it is written to must cost its call, not the process.
      struct sigaction now{};
      if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
        signal(SIGPIPE, SIG_IGN);
      }
    });
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
    ASSIGN_OR_RETURN(std::unique_ptr<internal::CurlSlot> slot, pool_.Take(key, cancel));
    internal::CurlTransfer transfer{request, sink, wants, {}, {}};
    Status status = Perform(*slot, *url, &transfer, cancel);
    const bool reusable = status.ok();
    pool_.Give(key, reusable ? std::move(slot) : nullptr);
    if (!status.ok()) {
      Url shown = *url;
      if (shown.has_password) shown.password = "xxxxx";
      return status.WithContext(request.method + " \"" + shown.ToString() + "\"");
    }
    return std::move(transfer.response);
  }

 private:
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

  void SetBody(CURL* easy, internal::CurlTransfer* transfer, HeaderList* headers) {
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
      Set(easy, CURLOPT_READFUNCTION, &internal::OnCurlUpload);
      Set(easy, CURLOPT_READDATA, transfer);
      Set(easy, CURLOPT_SEEKFUNCTION, &internal::OnCurlRewind);
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

  Status Perform(internal::CurlSlot& slot, const Url& url, internal::CurlTransfer* transfer,
                 const CancelToken& cancel) {
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
    Set(easy, CURLOPT_HEADERFUNCTION, &internal::OnCurlHeader);
    Set(easy, CURLOPT_HEADERDATA, transfer);
    Set(easy, CURLOPT_WRITEFUNCTION, &internal::OnCurlBody);
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

  Status Drive(internal::CurlSlot& slot, internal::CurlTransfer* transfer,
               const CancelToken& cancel, const char* error_text) {
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
      if (message->data.result != CURLE_OK)
        status = internal::FromCurl(message->data.result, error_text);
    }
    if (!transfer->failure.ok()) status = std::move(transfer->failure);
    if (!status.ok() && status.code() == StatusCode::kDeadlineExceeded && cancel.IsCancelled())
      status = cancel.Check();
    curl_multi_remove_handle(slot.multi, slot.easy);
    return status;
  }

  const HttpClientConfig config_;
  const std::string user_agent_;
  internal::CurlPool pool_;
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
