#include "troupe/actors/broker.hpp"

#include "../bridge/io_loop.hpp"
#include "../plugins/library.hpp"
#include "../plugins/plugin_states.hpp"
#include "../shard/listener.hpp"
#include "../shard/pinned.hpp"
#include "../shard/router.hpp"
#include "../shard/shard.hpp"
#include "../tls/development_certificate.hpp"
#include "../tls/psk_identities.hpp"
#include "../tls/tls_context.hpp"
#include "acl_rows.hpp"
#include "back_ends.hpp"
#include "delayed.hpp"
#include "module_states.hpp"
#include "retainer.hpp"
#include "route_table.hpp"
#include "stored_messages.hpp"
#include "troupe/actors/access.hpp"
#include "troupe/actors/acl.hpp"
#include "troupe/actors/alarms.hpp"
#include "troupe/actors/apps.hpp"
#include "troupe/actors/banned.hpp"
#include "troupe/actors/cluster.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/machine_watch.hpp"
#include "troupe/actors/metrics.hpp"
#include "troupe/actors/modules.hpp"
#include "troupe/actors/monitor.hpp"
#include "troupe/actors/plugins.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/actors/rules.hpp"
#include "troupe/actors/sasl.hpp"
#include "troupe/actors/sink_messages.hpp"
#include "troupe/actors/store.hpp"
#include "troupe/actors/sys.hpp"
#include "troupe/actors/topic_metrics.hpp"

#include <algorithm>
#include <optional>

namespace troupe {

node_context::node_context() : psk(std::make_shared<psk_identities>()) {}
node_context::~node_context() = default;

system_config::system_config(const settings& config) {
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{2});
  set("scheduler.max-throughput", std::size_t{300});
  load_cluster(*this, config.cluster);
}

broker::broker(std::shared_ptr<const settings> config)
    : caf_config_(*config), system_(caf_config_), node_(std::make_unique<node_context>()) {
  node_->config = std::move(config);
  system_.await_actors_before_shutdown(false);
}

broker::~broker() {
  if (running_)
    stop(std::chrono::seconds{5});
}

void broker::make_zones() {
  for (const auto& [name, z] : node_->config->zones) {
    auto limits = std::make_unique<zone_limits>();
    limits->name = name;
    limits->idle_timeout = z.idle_timeout.count();
    limits->max_write_buffer = z.max_write_buffer;
    limits->mountpoint = z.mountpoint;
    limits->allow_anonymous = z.allow_anonymous;
    limits->enable_ban = z.enable_ban;
    limits->detect_flapping = z.enable_flapping_detect;
    limits->detect_auth_failures = z.enable_auth_failure_detect;
    limits->enable_acl = z.enable_acl;
    limits->check_wills = z.enable_will_acl;
    limits->acl_nomatch_allows = z.acl_nomatch_allows;
    limits->acl_deny_disconnects = z.acl_deny_disconnects;
    limits->bypass_auth_plugins = z.bypass_auth_plugins;
    limits->ignore_loop_deliver = z.ignore_loop_deliver;
    limits->force_shutdown = z.force_shutdown;
    if (z.overall_routed.limited())
      limits->routed = std::make_unique<mqtt::shared_bucket>(z.overall_routed);
    auto& c = limits->channel;
    c.max_packet_size = static_cast<std::uint32_t>(z.max_packet_size);
    c.max_client_id_length = z.max_clientid_len;
    c.max_topic_levels = z.max_topic_levels;
    c.max_topic_alias = static_cast<std::uint16_t>(z.max_topic_alias);
    c.server_keep_alive = static_cast<std::uint16_t>(z.server_keepalive);
    c.max_awaiting_rel = static_cast<std::uint16_t>(z.max_awaiting_rel);
    c.max_qos = static_cast<mqtt::qos>(z.max_qos_allowed);
    c.retain_available = z.retain_available;
    c.wildcard_subscription = z.wildcard_subscription;
    c.shared_subscription = z.shared_subscription;
    c.strict_mode = z.strict_mode;
    c.response_information = z.response_information;
    c.server_reference = z.server_reference;
    c.exclusive_subscription = z.exclusive_subscription;
    c.use_username_as_client_id = z.use_username_as_clientid;
    c.keep_alive_backoff = z.keepalive_backoff;
    c.session_expiry_interval = static_cast<std::uint32_t>(
        std::min<std::int64_t>(z.session_expiry_interval.count() / 1000, 0xFFFFFFFF));
    auto& s = limits->session;
    s.max_subscriptions = z.max_subscriptions;
    s.max_inflight = z.max_inflight;
    s.max_awaiting_rel = z.max_awaiting_rel;
    s.retry_interval = z.retry_interval.count();
    s.await_rel_timeout = z.await_rel_timeout.count();
    s.upgrade_qos = z.upgrade_qos;
    s.queue.max_length = z.max_mqueue_len;
    s.queue.max_bytes = z.max_mqueue_bytes;
    s.queue.store_qos0 = z.mqueue_store_qos0;
    s.queue.default_highest = z.mqueue_default_highest;
    s.queue.priorities.insert(z.mqueue_priorities.begin(), z.mqueue_priorities.end());
    node_->zones.push_back(std::move(limits));
  }
}

// The features that look at every publish: what is not configured costs nothing.
void broker::make_hooks() {
  const auto& c = *node_->config;
  auto& hooks = node_->hooks;
  const auto add = [](mqtt::topic_rewrite& to, const std::map<std::uint32_t, mqtt::rewrite_rule>& rules) {
    for (auto i = rules.rbegin(); i != rules.rend(); ++i) // EMQ X reads them from the last to the first
      to.add(i->second);
  };
  add(hooks.publish_rules, c.rewrite.publish);
  add(hooks.publish_rules, c.rewrite.both);
  add(hooks.subscribe_rules, c.rewrite.subscribe);
  add(hooks.subscribe_rules, c.rewrite.both);
}

void broker::make_shards() {
  std::size_t count = node_->config->node.io_threads;
  if (count == 0)
    count = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < count; ++i)
    node_->shards.push_back(std::make_unique<shard>(system_, *node_, static_cast<std::uint16_t>(i)));
}

std::shared_ptr<tls_context> broker::make_tls(tls_settings tls, const std::string& key, std::string& error) {
  const auto& config = *node_->config;
  if (tls.certfile.empty() && tls.psk_ciphers.empty()) {
    const auto own = ensure_development_certificate(config.node.data_dir + "/certs");
    if (error = own.error; !error.empty())
      return nullptr;
    log::warning("[TLS] {} has no certfile: it shows the self-signed development certificate {}{}", key,
                 own.certfile, own.created ? ", just made" : "");
    tls.certfile = own.certfile;
    tls.keyfile = own.keyfile;
  }
  return tls_context::load(tls, node_->psk, error);
}

std::string broker::make_listeners() {
  shard& home = *node_->shards.front();
  std::vector<listener::acceptor> sockets;
  for (const auto& l : node_->config->listeners) {
    std::string error;
    auto socket = listener::bind(home.io(), l, error);
    if (!error.empty())
      return "cannot listen on " + l.listen_on + " (" + l.key() + "): " + error;
    auto context = std::make_unique<listener_context>();
    context->name = l.name;
    context->listen_on = l.listen_on;
    context->index = static_cast<std::uint16_t>(node_->listeners.size());
    context->port = listener::port_of(socket);
    context->config = &l;
    if (l.secure()) {
      context->tls = make_tls(l.tls, l.key(), error);
      if (!error.empty())
        return l.key() + ": " + error;
    }
    if (l.send_timeout_close)
      context->send_timeout = l.send_timeout.count();
    context->protocol = std::string{"mqtt:"}.append(to_string(l.kind));
    if (l.kind == listener_kind::ws || l.kind == listener_kind::wss) { // the API shows their port, too
      context->protocol += ":" + std::to_string(context->port);
      context->websocket = &l.websocket;
    }
    if (l.proxy_protocol)
      context->proxy_timeout = std::max(l.proxy_protocol_timeout, milliseconds{1});
    context->acceptors = l.acceptors;
    context->max_connections = l.max_connections;
    context->nodelay = l.nodelay;
    context->accept_rate = {l.max_conn_rate, mqtt::rate::min_window};
    const auto& limits = node_->config->zones.at(l.zone);
    for (const auto& z : node_->zones)
      if (z->name == l.zone)
        context->zone = z.get();
    context->rates = {limits.messages_in, limits.messages_routed, limits.bytes_in, l.bytes_in,
                      context->zone->routed.get()};
    context->mountpoint = l.mountpoint.value_or(context->zone->mountpoint);
    node_->listeners.push_back(std::move(context));
    sockets.push_back(std::move(socket));
  }
  for (std::size_t i = 0; i < sockets.size(); ++i)
    node_->actors.listeners.push_back(
        spawn_on<listener>(home, std::ref(*node_->listeners[i]), std::move(sockets[i])));
  return {};
}

std::string broker::link_nodes() {
  const auto& who = node_->actors;
  std::string error;
  if (who.cluster)
    entry_ = open_entry(system_, *who.cluster, who.routers, error);
  if (error.empty())
    seeds_ = spawn_seeds(system_, who.bridge_loop, who.cluster, who.alarms);
  return error;
}

// What a step of the start leaves to those behind it.
struct broker::beginning {
  // What the store has from before.
  struct {
    stored_messages messages;
    stored_apps apps;
    stored_bans bans;
    stored_alarms alarms;
    stored_modules modules;
    stored_users users;
    stored_acl acl;
    stored_rules rules, resources;
    stored_sasl sasl;
  } found;
  plugin_states plugins{{}};
  std::optional<module_states> modules;
  loaded_acl_file acl_file;
  acl_rows acl_of_plugins;
};

std::string broker::open_store(beginning& b) {
  auto& found = b.found;
  const auto& config = *node_->config;
  store_status status;
  auto rows = open_database(config.node.data_dir + "/store", config.store.fsync, status);
  if (!status.ok())
    return status.text;
  if (auto error = load_messages(*rows, config, found.messages); !error.empty())
    return error;
  using pairs = std::vector<std::pair<std::string, std::string>>;
  const std::pair<store_kind, pairs*> others[] = {
      {store_kind::apps, &found.apps},     {store_kind::banned, &found.bans},
      {store_kind::alarms, &found.alarms}, {store_kind::modules, &found.modules},
      {store_kind::users, &found.users},   {store_kind::acl, &found.acl},
      {store_kind::rules, &found.rules},   {store_kind::resources, &found.resources},
      {store_kind::sasl, &found.sasl}};
  for (const auto& [kind, to] : others) {
    const auto take = [&out = *to](std::string& key, std::string& record) {
      out.emplace_back(std::move(key), std::move(record));
    };
    if (auto error = for_each_row(*rows, kind, take); !error.empty())
      return error;
  }
  node_->any_retained = !found.messages.retained.empty();
  node_->actors.store = spawn_store(system_, std::move(rows));
  return {};
}

std::string broker::choose_plugins(beginning& b) {
  auto libraries = load_plugin_libraries(node_->config->plugins_dir);
  set_library_plugins(std::move(libraries.plugins));
  std::string bad_states;
  b.plugins = load_plugin_states(*node_->config, bad_states);
  if (!bad_states.empty())
    return bad_states;
  for (const auto& name : b.plugins.unknown()) { // what it was to decide nobody else does
    if (std::find(libraries.refused.begin(), libraries.refused.end(), name) != libraries.refused.end())
      return "the plugin " + name + " is to be loaded, and its library is refused";
    if (auto why = why_missing(name); !why.empty())
      return why;
  }
  for (const auto* p : all_plugins())
    node_->actors.loaded->set(p->kind, b.plugins.loaded(*p));
  return b.plugins.loaded(psk_file_plugin) ? node_->psk->load(node_->config->psk) : std::string{};
}

std::string broker::choose_modules(beginning& b) {
  std::string bad_states;
  const auto switched = switched_modules(*node_->config, std::move(b.found.modules), bad_states);
  if (!bad_states.empty())
    return bad_states;
  b.modules.emplace(*node_->config, switched, node_->hooks.rewrites());
  if (b.plugins.loaded(delayed_publish_plugin) && !was_switched(switched, module_kind::delayed))
    b.modules->set(module_kind::delayed, true); // another name of it
  node_->features = b.modules->features();
  return {};
}

// A bad file is no reason to let everyone do everything.
std::string broker::make_acl(beginning& b) {
  const auto& config = *node_->config;
  if (!b.modules->active(module_kind::acl)) {
    log::warning("[ACL] emqx_mod_acl_internal is off: no rule of {} counts", config.acl.file);
  } else {
    b.acl_file = read_acl_file(config.acl);
    const auto& errors = b.acl_file.errors;
    if (!b.acl_file.rules)
      return errors.front() +
             (errors.size() > 1 ? " (the first of " + std::to_string(errors.size()) + " errors)" : "");
  }
  b.acl_of_plugins = read_stored_rules(b.found.acl);
  auto deciders = plugin_deciders(config, b.plugins.authenticators(), b.acl_of_plugins);
  if (b.acl_file.rules) // behind those of plugins
    deciders.push_back(b.acl_file.rules);
  if (!deciders.empty())
    node_->acl = std::make_shared<const access::acl_chain>(std::move(deciders));
  return {};
}

std::string broker::make_data_plane(beginning& b) {
  make_shards();
  auto& who = node_->actors;
  who.bridge_loop = std::make_shared<io_loop>(system_);
  who.node_name = node_->config->node.name;
  who.cluster = cluster_of(*node_->config);
  shard& first = *node_->shards[control_shard];
  for (auto& s : node_->shards)
    who.routers.push_back(spawn_on<router>(*s));
  who.route_table = spawn_on<route_table>(first);
  who.retainer = spawn_on<retainer>(first, std::move(b.found.messages.retained));
  who.delayed = spawn_on<delayed>(first, std::move(b.found.messages.delayed));
  return {};
}

// In the order in which they know each other.
std::string broker::make_control_plane(beginning& b) {
  auto& who = node_->actors;
  const auto& config = *node_->config;
  const auto& found = b.found;
  who.topic_metrics =
      spawn_topic_metrics(system_, who.routers, b.modules->active(module_kind::topic_metrics));
  who.acl = spawn_acl(system_, config.acl, who.routers, b.acl_file.rules);
  who.modules = spawn_modules(system_, who.routers, who.topic_metrics, who.acl, *b.modules, who.store,
                              config.modules_loaded_file);
  who.alarms = spawn_alarms(system_, config, who, found.alarms, node_->gauges);
  who.access = spawn_access(system_, config, found.users, b.acl_of_plugins, b.plugins.authenticators(),
                            who.store, who.acl, who.alarms);
  who.sasl = spawn_sasl(system_, config, found.sasl, who.routers, who.store);
  who.apps = spawn_apps(system_, config, found.apps, who.store);
  who.banned = spawn_banned(system_, config, who, found.bans, node_->gauges);
  who.rules = spawn_rules(system_, who, node_->gauges, node_->rule_topics, found.rules, found.resources,
                          config.node.data_dir + "/rule_files", node_->rules);
  who.plugins = spawn_plugins(system_, b.plugins,
                              {who.modules, who.access, who.rules, who.alarms, who.routers, who.loaded,
                               node_->psk, node_->gauges, &config, who.store, who.bridge_loop, who.retainer},
                              node_->sinks);
  who.metrics = spawn_metrics(system_, who.routers, who.route_table, who.retainer, who.rules, node_->gauges);
  who.monitor = spawn_monitor(system_, node_->config, node_->gauges);
  return {};
}

// All handles are in place before the first thread runs: from here on they are only read.
void broker::run() {
  for (auto& s : node_->shards)
    threads_.emplace_back([&loop = *s] { loop.run(); });
  running_ = true;
  watch_ = spawn_machine_watch(system_, *node_->config, node_->actors.alarms);
  sys_ = spawn_sys(system_, node_->actors, node_->config, node_->gauges);
  for (const auto& l : node_->listeners)
    log::info("Start {} listener on {} successfully.", l->protocol, l->listen_on);
}

std::string broker::start() {
  make_zones();
  make_hooks();
  beginning b;
  // What is loaded says what the shards begin with, and these are there before who tells them of changes.
  for (const auto step : {&broker::open_store, &broker::choose_plugins, &broker::choose_modules,
                          &broker::make_acl, &broker::make_data_plane, &broker::make_control_plane})
    if (auto error = (this->*step)(b); !error.empty())
      return error;
  if (auto error = make_listeners(); !error.empty())
    return error;
  if (auto error = link_nodes(); !error.empty())
    return error;
  run();
  return {};
}

void broker::reload_certificates() {
  if (const auto error = node_->psk->load_again(); !error.empty())
    log::error("[TLS] the pre-shared keys stay as they are: {}", error);
  for (const auto& l : node_->listeners) {
    if (l->tls == nullptr)
      continue;
    if (const auto error = l->tls->reload(); error.empty())
      log::info("[TLS] {} has loaded its certificates again", l->config->key());
    else
      log::error("[TLS] {} keeps its certificates: {}", l->config->key(), error);
  }
}

} // namespace troupe
