#include <map>

#include "net/http_server.h"

namespace aion::net {

// A trie over path segments. The parameter's name belongs to the node: patterns that share a place
// share its name in practice, and the first one wins.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> parameter;
  std::string parameter_name;
  std::map<std::string, Route, std::less<>> methods;   // Routes that end here.
  std::map<std::string, Route, std::less<>> wildcard;  // Routes "…/*name" that begin here.
  std::string wildcard_name;
};

namespace {

/// Takes the segment off the front of `path`, with the slash before it.
std::string_view NextSegment(std::string_view* path) {
  path->remove_prefix(1);
  const size_t end = std::min(path->find('/'), path->size());
  const std::string_view segment = path->substr(0, end);
  path->remove_prefix(end);
  return segment;
}

std::string Decoded(std::string_view text) {
  auto decoded = PathUnescape(text);
  return decoded.ok() ? *std::move(decoded) : std::string(text);
}

const Router::Route* ForMethod(const std::map<std::string, Router::Route, std::less<>>& methods,
                               std::string_view method) {
  auto found = methods.find(method);
  if (found == methods.end() && method == "HEAD") found = methods.find("GET");
  if (found == methods.end()) found = methods.find("*");
  return found == methods.end() ? nullptr : &found->second;
}

void AppendAllowed(const std::map<std::string, Router::Route, std::less<>>& methods,
                   std::string* allow) {
  for (const auto& [method, route] : methods) *allow += (allow->empty() ? "" : ", ") + method;
}

}  // namespace

Router::Router(std::string prefix) : root_(std::make_unique<Node>()) {
  SetPrefix(std::move(prefix));
  not_found_.name = "not_found";
  not_found_.handler = [](const Request&, ResponseWriter& response) {
    SendError(response, 404, "404 page not found");
  };
}

void Router::SetPrefix(std::string prefix) {
  prefix_ = std::move(prefix);
  while (prefix_.ends_with('/')) prefix_.pop_back();
  if (!prefix_.empty() && prefix_.front() != '/') prefix_.insert(0, "/");
}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::Handle(std::string_view method, std::string_view pattern, std::string name,
                    Handler handler, RouteOptions options) {
  const std::string full = prefix_ + std::string(pattern);
  CHECK(full.starts_with('/'));
  Node* node = root_.get();
  std::string_view rest = full;
  Route route{std::move(name), std::move(handler), options};
  while (!rest.empty()) {
    const std::string_view segment = NextSegment(&rest);
    if (segment.starts_with('*')) {
      CHECK(rest.empty());
      node->wildcard_name = segment.substr(1);
      node->wildcard.insert_or_assign(std::string(method), std::move(route));
      return;
    }
    std::unique_ptr<Node>* next = nullptr;
    if (segment.starts_with(':')) {
      next = &node->parameter;
      if (*next == nullptr) node->parameter_name = segment.substr(1);
    } else {
      next = &node->fixed[std::string(segment)];
    }
    if (*next == nullptr) *next = std::make_unique<Node>();
    node = next->get();
  }
  node->methods.insert_or_assign(std::string(method), std::move(route));
}

void Router::SetNotFound(Handler handler) { not_found_.handler = std::move(handler); }

const Router::Route& Router::not_found() const { return not_found_; }

// Depth first: fixed, then parameter, then wildcard; kDepthMax bounds the recursion.
struct Router::Search {
  static constexpr int kDepthMax = 64;

  std::string_view method;
  Match* match;
  std::vector<std::pair<std::string_view, std::string_view>> params;

  bool Take(const std::map<std::string, Route, std::less<>>& methods) {
    if (methods.empty()) return false;
    const Route* route = ForMethod(methods, method);
    if (route == nullptr) {
      AppendAllowed(methods, &match->allow);
      return false;
    }
    match->route = route;
    for (const auto& [name, value] : params)
      match->path_params.Add(std::string(name), Decoded(value));
    return true;
  }

  bool Walk(const Node& node, std::string_view rest, int depth) {
    if (rest.empty()) return Take(node.methods);
    if (depth < kDepthMax) {
      std::string_view after = rest;
      const std::string_view segment = NextSegment(&after);
      if (const auto fixed = node.fixed.find(segment); fixed != node.fixed.end()) {
        if (Walk(*fixed->second, after, depth + 1)) return true;
      }
      if (node.parameter != nullptr && !segment.empty()) {
        params.emplace_back(node.parameter_name, segment);
        if (Walk(*node.parameter, after, depth + 1)) return true;
        params.pop_back();
      }
    }
    if (node.wildcard.empty()) return false;
    params.emplace_back(node.wildcard_name, rest);
    if (Take(node.wildcard)) return true;
    params.pop_back();
    return false;
  }
};

Router::Match Router::Find(std::string_view method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  Search search{method, &match, {}};
  search.Walk(*root_, path, 0);
  // Compat: where nothing but OPTIONS is served, the path counts as not found
  // (Router.OptionsAloneIsNotFound).
  if (match.route != nullptr || match.allow == "OPTIONS") match.allow.clear();
  return match;
}

}  // namespace aion::net
