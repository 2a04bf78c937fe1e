#include "actors/fake_node.hpp"

#include "actors/node/acl_rows.hpp"
#include "actors/node/module_states.hpp"
#include "actors/plugins/plugin_states.hpp"
#include "actors/tls/psk_identities.hpp"
#include "troupe/actors/access.hpp"
#include "troupe/actors/acl.hpp"
#include "troupe/actors/apps.hpp"
#include "troupe/actors/metrics.hpp"
#include "troupe/actors/modules.hpp"
#include "troupe/actors/monitor.hpp"
#include "troupe/actors/plugins.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/actors/rules.hpp"
#include "troupe/actors/sasl.hpp"
#include "troupe/actors/sink_messages.hpp"
#include "troupe/actors/topic_metrics.hpp"
#include "troupe/mqtt/subscription_index.hpp"

#include <boost/json/parse.hpp>

namespace troupe::test {
namespace {

// Cuts a page out of the matching rows, as messages.hpp asks of a router.
template <class Page, class Row, class Query, class Match>
Page cut_page(const std::vector<Row>& rows, const Query& query, Match match) {
  Page page;
  page.total = rows.size();
  for (const Row& row : rows) {
    if (page.matched > query.skip + query.limit || !match(row))
      continue;
    if (page.matched >= query.skip && page.rows.size() < query.limit)
      page.rows.push_back(row);
    ++page.matched;
  }
  return page;
}

router_actor::behavior_type fake_router(router_actor::pointer, std::shared_ptr<fake_shard> s) {
  auto known = [s](const std::string& id) { return s->has(id) ? outcome{} : outcome{112, "not_found"}; };
  return {
      [](const adopt_socket&) {},
      [](const open_session&) {},
      [](const forwarded&) {},
      [](const forward_credit&) {},
      [](const routes_applied&) {},
      [s](const publish_request& r) {
        s->published.push_back(r.message);
        ++s->publishes;
        return published{1};
      },
      [s](const client_query& q) {
        s->asked_clients = q;
        return cut_page<client_page>(s->clients, q, [&](const client_row& row) {
          return (!q.client_id || *q.client_id == row.clientid) &&
                 (!q.username || *q.username == row.username);
        });
      },
      [s](const subscription_query& q) {
        s->asked_subscriptions = q;
        return cut_page<subscription_page>(s->subscriptions, q, [&](const subscription_row& row) {
          return (!q.client_id || *q.client_id == row.clientid) && (!q.qos || *q.qos == row.qos);
        });
      },
      [known, s](const kick_client& k) {
        outcome result = known(k.client_id);
        std::erase_if(s->clients, [&](const client_row& r) { return r.clientid == k.client_id; });
        return result;
      },
      [known, s](const limit_client& m) {
        s->limited.push_back(m);
        return known(m.client_id);
      },
      [s](const switch_features& m) {
        s->features = m;
        return switched{};
      },
      [known, s](const client_subscribe& c) {
        s->subscribed.push_back(c);
        return known(c.client_id);
      },
      [known, s](const client_unsubscribe& c) {
        s->unsubscribed.push_back(c);
        return known(c.client_id);
      },
      [s](const use_bans& m) {
        s->bans = m.table;
        return bans_used{};
      },
      [s](const counters_query&) { return s->figures; },
      [s](const stored_query&) { return s->stored; },
      [](const use_sasl_users&) { return switched{}; },
      [](const use_acl&) { return switched{}; },
      [known](const acl_cache_query& q) {
        return acl_cache_page{known(q.client_id).code == 0, {}};
      },
      [known](const clean_acl_cache& m) { return m.client_id ? known(*m.client_id) : outcome{}; },
      [s](const watch_topics& m) {
        s->watched = m.table;
        return watching{};
      },
      [s](const set_rules& m) {
        s->rules = m.table;
        return switched{};
      },
      [](const use_sinks&) { return switched{}; },
      [](const publish_messages&) { return published{}; },
      [](const send_wills&) { return drained{}; },
      [](const drain_shard&) { return drained{}; },
  };
}

// Keeps nothing, and says that it does.
store_actor::behavior_type fake_store(store_actor::pointer) {
  return {[](const store_write&) { return store_written{}; }, [](const store_scan&) { return store_page{}; },
          [](const store_commit&) {}, [](const watch_store&) {}};
}

route_table_actor::behavior_type fake_route_table(route_table_actor::pointer, std::shared_ptr<fake_table> t) {
  return {
      [](const route_changes&) {},
      [t](const route_query& q) {
        route_page page;
        for (const std::string& topic : t->topics) {
          if (q.topic && *q.topic != topic)
            continue;
          if (page.total >= q.skip && page.topics.size() < q.limit)
            page.topics.push_back(topic);
          ++page.total;
        }
        return page;
      },
      [t](const route_figures_query&) { return t->figures; },
  };
}

retainer_actor::behavior_type fake_retainer(retainer_actor::pointer, retained_figures figures) {
  return {
      [](const retain_message&) {},
      [](const retained_request&) {},
      [](const sweep_tick&) {},
      [](const flush_unwritten&) { return flushed{}; },
      [](const retained_query&) { return retained_page{}; },
      [](const remove_retained&) { return retained_removed{}; },
      [figures](const retained_figures_query&) { return figures; },
      [](const limit_retained&) { return switched{}; },
  };
}

listener_actor::behavior_type fake_listener(listener_actor::pointer, listener_info info) {
  return {
      [](const connection_ended&) {},
      [](const stop_listening&) {},
      [](const restart_listener&) { return outcome{}; },
      [info](const listener_query&) { return info; },
  };
}

} // namespace

fake_node::fake_node(std::size_t shard_count) : system_(configuration_) {
  for (std::size_t i = 0; i < shard_count; ++i)
    shards.push_back(std::make_shared<fake_shard>());
}

fake_node::~fake_node() {
  for (const auto& a : all_)
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
  all_.clear();
  where = directory{};
  api = api_actor{};
}

void fake_node::start() {
  auto keep = [this](auto handle) {
    all_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  };
  where.node_name = config->node.name;
  for (const auto& s : shards)
    where.routers.push_back(keep(system_.spawn(fake_router, s)));
  where.route_table = keep(system_.spawn(fake_route_table, table));
  where.retainer = keep(system_.spawn(fake_retainer, retained));
  for (const listener_info& info : listeners)
    where.listeners.push_back(keep(system_.spawn(fake_listener, info)));
  where.topic_metrics = keep(spawn_topic_metrics(system_, where.routers, config->modules.topic_metrics));
  where.store = keep(system_.spawn(fake_store));
  where.acl = keep(spawn_acl(system_, config->acl, where.routers, nullptr));
  where.modules = keep(spawn_modules(system_, where.routers, where.topic_metrics, where.acl,
                                     module_states{*config, {}, false}, where.store));
  where.access = keep(spawn_access(system_, *config, {}, acl_rows{}, {}, where.store, where.acl, {}));
  where.sasl = keep(spawn_sasl(system_, *config, {}, where.routers, where.store));
  where.apps = keep(spawn_apps(system_, *config, {}, where.store));
  std::shared_ptr<const rule_table> no_rules;
  where.rules = keep(spawn_rules(system_, where, gauges, std::make_shared<mqtt::subscription_index>(), {}, {},
                                 "", no_rules));
  where.plugins = keep(make_plugins(config->node.data_dir));
  where.metrics =
      keep(spawn_metrics(system_, where.routers, where.route_table, where.retainer, where.rules, gauges));
  where.monitor = keep(spawn_monitor(system_, config, gauges));
  api = keep(spawn_api(system_, std::make_shared<directory>(where), config, http_listeners));
}

plugins_actor fake_node::make_plugins(const std::string& folder) {
  auto& own = *settings_of_plugins_.emplace_back(std::make_unique<settings>(*config));
  own.node.data_dir = folder;
  std::shared_ptr<const sink_table> no_sinks;
  return spawn_plugins(system_, plugin_states::of_first_start({}),
                       {where.modules,
                        where.access,
                        where.rules,
                        {},
                        where.routers,
                        where.loaded,
                        std::make_shared<psk_identities>(),
                        gauges,
                        &own},
                       no_sinks);
}

void fake_node::end_shard(std::size_t i) {
  caf::scoped_actor self{system_};
  self->send_exit(where.routers[i], caf::exit_reason::kill);
  self->wait_for(where.routers[i]);
}

reply fake_node::ask(const std::string& method, const std::string& path,
                     std::vector<std::pair<std::string, std::string>> query, const std::string& body) {
  reply out;
  caf::scoped_actor self{system_};
  self->request(api, std::chrono::seconds(20), http_request{method, path, std::move(query), body})
      .receive(
          [&](const http_response& r) {
            out.status = r.status;
            out.body = boost::json::parse(r.body);
          },
          [&](const caf::error& e) { throw std::runtime_error(self->system().render(e)); });
  return out;
}

} // namespace troupe::test
