// The router actor: one per shard. It opens sessions, takes sockets and messages that come from elsewhere,
// and answers for all clients of its shard at once.
#pragma once

#include "pinned.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/actors/sink_messages.hpp"

namespace troupe {

class router final : public pinned<router_actor> {
public:
  router(caf::actor_config& config, shard& home) : pinned(config, home) {}

  const char* name() const override { return "router"; }
  behavior_type make_behavior() override;

private:
  void adopt(adopt_socket& m);
  void open(open_session& m);
  void pass_on(const routes_applied& m);
  client_page list_clients(const client_query& q);
  subscription_page list_subscriptions(const subscription_query& q);
  outcome kick(const kick_client& m);
  outcome limit(const limit_client& m);
  caf::result<outcome> change(const std::string& client_id, std::vector<std::string> filters,
                              std::optional<mqtt::qos> subscribe);
  acl_cache_page show_acl_cache(const acl_cache_query& q);
  outcome clean(const clean_acl_cache& m);
  stored_figures count_stored();
  drained send_wills_of_all();
  drained drain();
};

} // namespace troupe
