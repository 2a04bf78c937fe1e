// A node of fakes around the real API, metrics and monitor actors: rows and figures are what a test puts
// there, and what the API asks is written down.
#pragma once

#include "troupe/actors/config.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/http/api.hpp"

#include <boost/json/value.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe {
struct rule_table;
}

namespace troupe::test {

/// What a fake router has and has seen. Read it only after an answer that came later.
struct fake_shard {
  std::vector<client_row> clients;
  std::vector<subscription_row> subscriptions;
  shard_figures figures;
  stored_figures stored;
  std::vector<mqtt::message_ptr> published;
  std::atomic<std::size_t> publishes{0}; // safe to read at any time
  std::vector<client_subscribe> subscribed;
  std::vector<client_unsubscribe> unsubscribed;
  std::vector<limit_client> limited;
  switch_features features;
  mqtt::ban_table bans;
  std::shared_ptr<const mqtt::topic_metrics_table> watched;
  std::shared_ptr<const rule_table> rules;
  client_query asked_clients;
  subscription_query asked_subscriptions;

  bool has(const std::string& id) const {
    return std::any_of(clients.begin(), clients.end(), [&](const client_row& r) { return r.clientid == id; });
  }
};

struct fake_table {
  std::vector<std::string> topics;
  route_figures figures;
};

struct reply {
  int status = 0;
  boost::json::value body;

  std::int64_t code() const { return body.at("code").as_int64(); }
  const boost::json::value& data() const { return body.at("data"); }
  const boost::json::value& meta() const { return body.at("meta"); }
};

/// The answer of an actor to a question, within 20 s; what it could not answer is thrown.
template <class Answer, class Handle, class Question>
Answer ask_actor(caf::actor_system& system, const Handle& actor, Question question) {
  Answer out{};
  caf::scoped_actor self{system};
  self->request(actor, std::chrono::seconds(20), std::move(question))
      .receive([&](Answer& a) { out = std::move(a); },
               [&](const caf::error& e) { throw std::runtime_error(self->system().render(e)); });
  return out;
}

/// Everything that `spawn_api` needs, with `shard_count` shards. Set up `shards`, `table` and so on, then
/// `start`.
class fake_node {
public:
  explicit fake_node(std::size_t shard_count = 2);
  ~fake_node();

  void start();

  /// Ends a shard's router, so that requests to it fail.
  void end_shard(std::size_t i);

  /// Plugins of a first start, which keep their states in `folder`.
  plugins_actor make_plugins(const std::string& folder);

  /// `target` is the path behind /api/v4; `query` is decoded already.
  reply ask(const std::string& method, const std::string& path,
            std::vector<std::pair<std::string, std::string>> query = {}, const std::string& body = "");

  caf::actor_system& system() noexcept { return system_; }

  std::vector<std::shared_ptr<fake_shard>> shards;
  std::shared_ptr<fake_table> table = std::make_shared<fake_table>();
  retained_figures retained;
  std::vector<listener_info> listeners;
  std::vector<std::shared_ptr<const http_listener_figures>> http_listeners;
  std::shared_ptr<settings> config = std::make_shared<settings>();
  std::shared_ptr<node_gauges> gauges = std::make_shared<node_gauges>();
  directory where;
  api_actor api;

private:
  std::vector<std::unique_ptr<settings>> settings_of_plugins_; // outlive these
  caf::actor_system_config configuration_;
  caf::actor_system system_;
  std::vector<caf::actor> all_;
};

} // namespace troupe::test
