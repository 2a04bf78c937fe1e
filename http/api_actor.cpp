// The API actor: finds the endpoint of a request, reads its parameters and turns the answer into HTTP.
#include "call.hpp"
#include "endpoint.hpp"
#include "json_body.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <boost/json/value.hpp>
#include <caf/all.hpp>

#include <algorithm>
#include <string_view>

namespace troupe {

namespace json = boost::json;

namespace {

using segments = std::vector<std::string_view>;

// Empty segments do not count: "/a//b/" is "/a/b".
segments split_path(std::string_view path) {
  segments out;
  while (!path.empty()) {
    std::size_t slash = path.find('/');
    if (slash != 0)
      out.push_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return out;
}

/// A form of a row's path, ready to compare.
struct route {
  const endpoint* row;
  segments pattern;
  bool for_one_node;

  bool matches(const http_request& request, const segments& path) const {
    if (request.method != row->method || path.size() != pattern.size())
      return false;
    for (std::size_t i = 0; i < path.size(); ++i)
      if (pattern[i].front() != ':' && pattern[i] != path[i])
        return false;
    return true;
  }

  // The decoded values of the `:name` segments; nothing when a percent sequence is broken.
  std::optional<arguments::text_pairs> parameters(const segments& path) const {
    arguments::text_pairs out;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (pattern[i].front() != ':')
        continue;
      auto value = access::percent_decode(path[i]);
      if (!value)
        return std::nullopt;
      out.emplace_back(pattern[i].substr(1), std::move(*value));
    }
    return out;
  }
};

std::vector<route> make_routes() {
  std::vector<route> out;
  for (std::span<const endpoint> table : endpoint_tables())
    for (const endpoint& row : table) {
      out.push_back({&row, split_path(row.path), false});
      if (row.node_path)
        out.push_back({&row, split_path(row.node_path), true});
    }
  return out;
}

// An answer may repeat them, and JSON is UTF-8.
bool are_texts(const arguments::text_pairs& pairs) {
  return std::all_of(pairs.begin(), pairs.end(), [](const auto& pair) {
    return mqtt::is_valid_utf8(pair.first) && mqtt::is_valid_utf8(pair.second);
  });
}

answer internal_error() {
  answer a = failure(body_code::unknown, "Internal error");
  a.status = 500;
  return a;
}

answer bad_json() {
  answer a = failure(body_code::bad_json, "The body is not legal JSON");
  a.status = 400;
  return a;
}

class api final : public resilient<api_actor> {
public:
  api(caf::actor_config& config, call::context surroundings)
      : resilient<api_actor>(config), context_(std::move(surroundings)), routes_(make_routes()) {}

  const char* name() const override { return "api"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const http_request& request) {
      auto promise = make_response_promise<http_response>();
      handle(request, [promise](answer a) mutable { promise.deliver(to_response(std::move(a))); });
      return promise;
    }};
  }

private:
  using reply_function = std::function<void(answer)>;

  void handle(const http_request& request, reply_function reply) {
    segments path = split_path(request.path);
    for (const route& r : routes_)
      if (r.matches(request, path) && served(*r.row))
        return start(r, path, request, std::move(reply));
    reply(no_such_path());
  }

  // Without the management plugin those of plugins are left, which bring it back.
  bool served(const endpoint& row) const {
    const auto& loaded = *context_.where->loaded;
    const auto always = plugin_endpoints();
    const bool switches = &row >= always.data() && &row < always.data() + always.size();
    return switches ||
           (loaded.loaded(plugin_kind::management) && (!row.plugin || loaded.loaded(*row.plugin)));
  }

  void start(const route& r, const segments& path, const http_request& request, reply_function reply) {
    auto parameters = r.parameters(path);
    if (!parameters || !are_texts(*parameters))
      return reply(bad_parameter("path"));
    if (!are_texts(request.query))
      return reply(bad_parameter("query"));
    json::value body;
    if (!request.body.empty()) {
      auto parsed = parse_body(request.body);
      if (!parsed)
        return reply(bad_json());
      body = std::move(*parsed);
      if (!body.is_object() && !body.is_array())
        return reply(bad_parameter("body"));
    }
    arguments args(std::move(*parameters), request.query, std::move(body));
    if (args.body().is_array())
      args.set_wrong("body"); // only batches take arrays, and they read the entries themselves
    if (r.for_one_node && args.path("node") != context_.where->node_name)
      return reply(no_such_path());
    auto c =
        std::make_shared<call>(this, context_, std::move(args), r.for_one_node,
                               r.for_one_node ? std::move(reply) : for_cluster(*r.row, std::move(reply)));
    try {
      r.row->function(c);
    } catch (const std::exception& e) {
      log::error("[HTTP API] {} {}: {}", request.method, log::printable(request.path), e.what());
      c->reply(internal_error());
    }
  }

  // The cluster has one node: its answer is all there is to merge.
  reply_function for_cluster(const endpoint& row, reply_function reply) {
    return [this, &row, reply = std::move(reply)](answer own) {
      std::vector<node_answer> parts;
      parts.push_back({context_.where->node_name, std::move(own)});
      reply(merge(row, std::move(parts)));
    };
  }

  call::context context_;
  std::vector<route> routes_;
};

} // namespace

api_actor spawn_api(caf::actor_system& system, std::shared_ptr<const directory> where,
                    std::shared_ptr<const settings> config,
                    std::vector<std::shared_ptr<const http_listener_figures>> listeners) {
  return system.spawn<api>(call::context{std::move(where), std::move(config), std::move(listeners)});
}

} // namespace troupe
