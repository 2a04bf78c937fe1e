#include "router.hpp"

#include "client.hpp"
#include "session.hpp"

#include <caf/send.hpp>

namespace troupe {

using mqtt::reason_code;

router::behavior_type router::make_behavior() {
  return {
      [this](adopt_socket& m) { adopt(m); },
      [this](open_session& m) { open(m); },
      [this](forwarded& m) { home().take_forwarded(m); },
      [this](const forward_credit& m) { home().take_credit(m); },
      [this](const routes_applied& m) { pass_on(m); },
      [this](const publish_request& m) {
        const published result{home().publish(m.message)};
        home().flush_delayed();
        return result;
      },
      [this](const client_query& q) { return list_clients(q); },
      [this](const subscription_query& q) { return list_subscriptions(q); },
      [this](const kick_client& m) { return kick(m); },
      [this](client_subscribe& m) { return change(m.client_id, std::move(m.filters), m.level); },
      [this](client_unsubscribe& m) { return change(m.client_id, {std::move(m.filter)}, {}); },
      [this](const limit_client& m) { return limit(m); },
      [this](const switch_features& m) {
        home().switch_features(m);
        return switched{};
      },
      [this](use_bans& m) {
        home().use_bans(std::move(m.table));
        return bans_used{};
      },
      [this](use_sasl_users& m) {
        home().use_sasl(std::move(m.users));
        return switched{};
      },
      [this](use_acl& m) {
        home().use(std::move(m.chain));
        return switched{};
      },
      [this](const acl_cache_query& q) { return show_acl_cache(q); },
      [this](const clean_acl_cache& m) { return clean(m); },
      [this](const counters_query&) {
        auto& node = home().node();
        return shard_figures{home().metrics(), node.gauges->connections.value(), home().sessions().size()};
      },
      [this](const stored_query&) { return count_stored(); },
      [this](watch_topics& m) {
        home().watch(std::move(m.table));
        return watching{};
      },
      [this](set_rules& m) {
        home().set_rules(std::move(m.table));
        return switched{};
      },
      [this](use_sinks& m) {
        home().use_sinks(std::move(m.table));
        return switched{};
      },
      [this](const publish_messages& m) {
        published result;
        for (const auto& message : m.messages)
          result.subscribers += home().publish(message);
        return result;
      },
      [this](const send_wills&) { return send_wills_of_all(); },
      [this](const drain_shard&) { return drain(); },
  };
}

void router::adopt(adopt_socket& m) {
  auto& listener = *home().node().listeners[m.listener];
  auto stream = make_transport(home(), listener, std::move(*m.stream));
  if (stream == nullptr) {
    listener.release(m.turn_away);
    return;
  }
  auto handle = spawn_on<client>(home(), std::ref(listener), std::move(stream));
  auto* made = static_cast<client*>(caf::actor_cast<caf::abstract_actor*>(handle));
  home().guarded([&] {
    made->start(m.received, m.reads, m.turn_away);
  }); // what a client does wrong ends at its idle timeout
}

// Create, resume or take over. All of a client id's life is on this shard, so there is nobody to race with.
void router::open(open_session& m) {
  auto& table = home().sessions();
  const auto& request = *m.request;
  if (session_slot* present = table.find(request.client_id)) {
    // Subscriptions and messages are those of a mount point: whoever comes by another one has no part in
    // them.
    const bool discards = request.clean_start || request.mount_point != present->view->mount_point();
    if (!discards && !present->view->ends_with_connection()) {
      caf::anon_send(present->actor, attach_session{m.client, m.request, true});
      return;
    }
    // [MQTT-3.1.2-4]: the old session is discarded; the old connection learns that it was taken over.
    caf::anon_send(present->actor,
                   terminate_session{discards ? "discarded" : "takeovered", reason_code::session_taken_over});
  }
  const zone_limits& zone = *home().node().listeners[m.listener]->zone;
  const std::uint32_t slot = table.add();
  auto actor = spawn_on<session>(home(), std::cref(zone), request.client_id, slot);
  auto* created = static_cast<session*>(caf::actor_cast<caf::abstract_actor*>(actor));
  session_slot& s = table.at(slot);
  s.actor = actor;
  s.view = created;
  table.bind(created->client_id(), slot);
  caf::anon_send(actor, attach_session{m.client, m.request, false});
}

void router::pass_on(const routes_applied& m) {
  for (const auto& receipt : m.receipts)
    if (session_slot* s = home().sessions().find(receipt.slot, receipt.generation))
      caf::anon_send(s->actor, routes_applied{{receipt}});
}

outcome router::kick(const kick_client& m) {
  session_slot* s = home().sessions().find(m.client_id);
  if (s == nullptr)
    return {112, "not_found"};
  caf::anon_send(s->actor, terminate_session{"kicked", reason_code::administrative_action});
  home().sessions().unbind(s->view->client_id(), home().sessions().number_of(*s));
  return {};
}

caf::result<outcome> router::change(const std::string& client_id, std::vector<std::string> filters,
                                    std::optional<mqtt::qos> subscribe) {
  session_slot* s = home().sessions().find(client_id);
  if (s == nullptr)
    return outcome{112, "channel_not_found"};
  auto promise = make_response_promise<outcome>();
  caf::anon_send(s->actor, change_subscriptions{std::move(filters), subscribe, promise});
  return promise;
}

outcome router::limit(const limit_client& m) {
  session_slot* s = home().sessions().find(m.client_id);
  client* present = s == nullptr ? nullptr : s->view->connection();
  if (present == nullptr)
    return {112, "not_found"};
  present->limit(m);
  return {};
}

acl_cache_page router::show_acl_cache(const acl_cache_query& q) {
  const session_slot* s = home().sessions().find(q.client_id);
  const client* present = s == nullptr ? nullptr : s->view->connection();
  return {s != nullptr,
          present == nullptr ? std::vector<access::acl_cache::entry>{} : present->remembered_access()};
}

outcome router::clean(const clean_acl_cache& m) {
  if (!m.client_id) {
    home().for_each_client([](client& c) { c.forget_access(); });
    return {};
  }
  const session_slot* s = home().sessions().find(*m.client_id);
  if (s == nullptr)
    return {112, "not_found"};
  if (client* present = s->view->connection())
    present->forget_access();
  return {};
}

drained router::send_wills_of_all() {
  drained result;
  home().sessions().for_each([&](const session_slot& s) {
    ++result.told;
    caf::anon_send(s.actor, send_will{});
    return true;
  });
  return result;
}

drained router::drain() {
  drained result;
  home().for_each_client([&](client& c) {
    ++result.told;
    const bool elsewhere = !c.listener().zone->channel.server_reference.empty();
    caf::anon_send(
        caf::actor_cast<client_actor>(c.ctrl()),
        close_client{elsewhere ? reason_code::use_another_server : reason_code::server_shutting_down,
                     "shutdown"});
  });
  return result;
}

} // namespace troupe
