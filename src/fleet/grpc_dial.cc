#include "fleet/grpc_dial.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "fleet/retrying_store.h"
#include "fleet/rpc_clients.h"
#include "store/rpc/store_client.h"

namespace aion::fleet {
namespace {

// The channels of a group's current servers. Thread-safe.
class ChannelGroup {
 public:
  ChannelGroup(std::string name, net::GrpcChannelOptions options,
               std::function<std::vector<std::string>(const std::string&)> addresses)
      : name_(std::move(name)), options_(std::move(options)), addresses_(std::move(addresses)) {}

  /// The next in turn; null when the name stands for nothing now.
  std::shared_ptr<net::GrpcChannel> Next() {
    const std::vector<std::string> addresses =
        addresses_ ? addresses_(name_) : std::vector<std::string>();
    const std::lock_guard lock(mutex_);
    std::erase_if(channels_, [&](const auto& known) {
      return std::find(addresses.begin(), addresses.end(), known.first) == addresses.end();
    });
    if (addresses.empty()) return nullptr;
    const std::string& address = addresses[turn_++ % addresses.size()];
    auto& channel = channels_[address];
    if (channel == nullptr) {
      auto created = net::GrpcChannel::Create(address, options_);
      if (!created.ok()) return nullptr;
      channel = *std::move(created);
    }
    return channel;
  }

 private:
  const std::string name_;
  const net::GrpcChannelOptions options_;
  const std::function<std::vector<std::string>(const std::string&)> addresses_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<net::GrpcChannel>> channels_;  // Guarded by mutex_.
  size_t turn_ = 0;                                                    // Guarded by mutex_.
};

StatusOr<EndpointClients> Dial(const GrpcDialOptions& options, const EndpointSpec& spec) {
  net::GrpcChannelOptions channel_options;
  channel_options.tls = spec.tls;
  channel_options.user_agent = options.user_agent;
  channel_options.observer = options.observer;
  store::StoreClientOptions store_options;
  store_options.name = spec.address;
  store_options.frame_timeout_ms = options.frame_timeout_ms;
  if (spec.group) {
    auto group =
        std::make_shared<ChannelGroup>(spec.address, channel_options, options.group_addresses);
    const ChannelPicker picker = [group] { return group->Next(); };
    EndpointClients clients = MakeRpcClients(picker, kGroupAttempts);
    clients.store = MakeRetryingStore(store::MakeStoreClient(picker, store_options));
    return clients;
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<net::GrpcChannel> channel,
                   net::GrpcChannel::Create(spec.address, channel_options));
  EndpointClients clients = MakeRpcClients([channel] { return channel; });
  clients.store = store::MakeStoreClient(channel, store_options);
  return clients;
}

}  // namespace

EndpointSet::Dial MakeGrpcDial(GrpcDialOptions options) {
  return [options = std::move(options)](const EndpointSpec& spec) { return Dial(options, spec); };
}

}  // namespace aion::fleet
