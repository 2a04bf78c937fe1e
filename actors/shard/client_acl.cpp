// The client actor asks whether its client may publish or subscribe (reference/plugins-modules.md section 3).
#include "client_acl.hpp"

#include "client.hpp"
#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/topic.hpp"

#include <utility>

namespace troupe {

using access::decision;
using access::operation;
using mqtt::metric;

// Topics are as the client wrote them: before rewriting, and without the mount point, as in EMQ X.
bool client::may(operation what, std::string_view topic) {
  if (!acl_)
    acl_ = std::make_unique<access_view>(home().node().config->acl, mqtt::parse_ip(peer_.host));
  if (acl_->remembers)
    if (const auto known = acl_->cache.find(what, topic, home().now()))
      return *known == decision::allow;
  const auto result = decide(what, topic);
  home().metrics().add(metric::client_check_acl);
  if (acl_->remembers)
    acl_->cache.put(what, topic, result, home().now());
  return result == decision::allow;
}

decision client::decide(operation what, std::string_view topic) const {
  const access::subject who{publisher_->client_id, publisher_->username,
                            acl_->address ? &*acl_->address : nullptr};
  const auto unmatched = zone().acl_nomatch_allows ? decision::allow : decision::deny;
  return home().acl().decide(who, what, topic).value_or(unmatched);
}

// A delayed message needs the right to publish to its topic, too; else `$delayed/` would be a way around.
bool client::may_publish(std::string_view topic) {
  if (!may(operation::publish, topic))
    return false;
  if ((home().active_hooks() & mqtt::hook_delayed) == 0)
    return true;
  const auto prefix = mqtt::delayed_prefix_size(topic);
  return prefix == 0 || may(operation::publish, topic.substr(prefix));
}

bool client::may_subscribe(std::string_view subscription) {
  return may(operation::subscribe, subscription.substr(mqtt::subscription_prefix(subscription).size()));
}

std::vector<access::acl_cache::entry> client::remembered_access() const {
  return acl_ ? acl_->cache.list(home().now()) : std::vector<access::acl_cache::entry>{};
}

void client::forget_access() noexcept {
  if (acl_)
    acl_->cache.clear();
}

} // namespace troupe
