#include "troupe/actors/sasl.hpp"

#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/sasl_record.hpp"
#include "troupe/actors/tell_all.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

using mqtt::scram_hash;
using mqtt::scram_users;

std::shared_ptr<scram_users> all_users(const settings& config, const stored_sasl& rows) {
  auto users = config.scram ? std::make_shared<scram_users>(*config.scram)
                            : std::make_shared<scram_users>(config.scram_iterations, mqtt::scram_nonce());
  for (const auto& [key, record] : rows) {
    boost::json::error_code failed;
    const auto user = read_sasl_record(boost::json::parse(record, failed));
    if (failed || !user || sasl_key(user->mechanism, user->name) != key)
      log::error("[SASL] the stored user {} cannot be read", log::printable(key));
    else if (users->credentials_of(user->mechanism, user->name) == nullptr)
      users->add(user->name, user->credentials, user->mechanism);
  }
  return users;
}

class sasl final : public resilient<sasl_actor> {
public:
  sasl(caf::actor_config& c, std::shared_ptr<scram_users> users, std::vector<router_actor> routers,
       store_actor store)
      : resilient<sasl_actor>(c),
        users_(std::move(users)),
        routers_(std::move(routers)),
        store_(std::move(store)) {}

  const char* name() const override { return "sasl"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const sasl_user_query& q) { return show(q); },
            [this](const put_sasl_user& m) { return put(m); },
            [this](const remove_sasl_user& m) { return remove(m); }};
  }

private:
  sasl_user_answer show(const sasl_user_query& q) const {
    if (const auto* known = users_->credentials_of(q.mechanism, q.name))
      return {sasl_user{known->salt, known->iterations}};
    return {};
  }

  caf::result<outcome> put(const put_sasl_user& m) {
    const bool known = users_->credentials_of(m.mechanism, m.name) != nullptr;
    if (m.add == known)
      return m.add ? outcome{113, "already_existed"} : outcome{105, "not_found"};
    if (!known && users_->size() >= most_sasl_users)
      return outcome{102, "too_many_users"};
    return save({m.mechanism, m.name, mqtt::scram_derive(m.mechanism, m.password, m.salt, m.iterations)});
  }

  caf::result<outcome> remove(const remove_sasl_user& m) {
    if (users_->credentials_of(m.mechanism, m.name) == nullptr)
      return outcome{}; // as EMQ X answers
    return save({m.mechanism, m.name, {}});
  }

  // Without credentials the user goes.
  caf::result<outcome> save(sasl_record user) {
    store_change change{store_kind::sasl, sasl_key(user.mechanism, user.name), std::nullopt};
    if (user.credentials.iterations != 0)
      change.value = boost::json::serialize(to_record(user));
    auto promise = make_response_promise<outcome>();
    request(store_, request_timeout, store_write{{std::move(change)}})
        .then(
            [this, promise, user = std::move(user)](const store_written& w) mutable {
              if (w.status.ok()) {
                use(std::move(user));
                tell_shards(promise);
              } else {
                promise.deliver(outcome{102, w.status.text});
              }
            },
            [promise](const caf::error&) mutable {
              promise.deliver(outcome{102, "the store does not answer"});
            });
    return promise;
  }

  // The shards read the table of before meanwhile.
  void use(sasl_record user) {
    auto changed = std::make_shared<scram_users>(*users_);
    if (user.credentials.iterations != 0)
      changed->add(user.name, std::move(user.credentials), user.mechanism);
    else
      changed->remove(user.mechanism, user.name);
    users_ = std::move(changed);
  }

  void tell_shards(caf::typed_response_promise<outcome> promise) {
    tell_all<switched>(this, routers_, use_sasl_users{users_},
                       [promise](const outcome& o) mutable { promise.deliver(o); });
  }

  std::shared_ptr<const scram_users> users_;
  std::vector<router_actor> routers_;
  store_actor store_;
};

} // namespace

sasl_actor spawn_sasl(caf::actor_system& system, const settings& config, const stored_sasl& stored,
                      std::vector<router_actor> routers, store_actor store) {
  auto users = all_users(config, stored);
  for (const auto& r : routers) // in their mailboxes before any socket
    caf::anon_send(r, use_sasl_users{users});
  return system.spawn<sasl>(std::move(users), std::move(routers), std::move(store));
}

} // namespace troupe
