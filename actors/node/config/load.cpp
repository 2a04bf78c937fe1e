// Adds up the file, the environment and the defaults.
#include "plugin_keys.hpp"
#include "rules.hpp"
#include "schema.hpp"
#include "shown_value.hpp"
#include "sources.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/config.hpp"
#include "values.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace troupe {

namespace {

using namespace config;

class loader {
public:
  loader(entries all, loaded_settings& result) : all_(std::move(all)), result_(result) {}

  void run() {
    make_zones();
    make_listeners();
    for (const auto& r : global_rows())
      apply(r, r.key, result_.values);
    make_scram_users();
    make_bridges();
    for (const auto& table : auth_user_tables())
      make_auth_users(table);
    for (const auto& [key, e] : all_)
      take_rule(key, e);
    take_plugin_settings();
    check();
    report_unknown();
  }

private:
  template <class Target>
  void apply(const row<Target>& r, const std::string& key, Target& target) {
    const auto i = all_.find(key);
    if (i == all_.end())
      return;
    used_.insert(key);
    if (const char* expected = r.set(target, i->second.value))
      fail(i->second, key, expected);
  }

  void fail(const entry& e, const std::string& key, const std::string& expected) {
    result_.errors.push_back(e.where + ": " + key + ": " + shown_value(key, e.value) +
                             " is not valid, expected " + expected);
  }

  void take_rule(const std::string& key, const entry& e) {
    std::string expected;
    if (!set_rule(result_.values, key, e.value, expected))
      return;
    used_.insert(key);
    if (!expected.empty())
      fail(e, key, expected);
  }

  // The names that stand between `head` and the next dot.
  std::set<std::string> names_below(std::string_view head) const {
    std::set<std::string> names;
    for (auto i = all_.lower_bound(head); i != all_.end() && i->first.starts_with(head); ++i) {
      const auto rest = std::string_view{i->first}.substr(head.size());
      names.insert(std::string{rest.substr(0, rest.find('.'))});
    }
    return names;
  }

  void make_zones() {
    zone_settings base;
    for (const auto& r : zone_rows())
      if (!r.global_key.empty())
        apply(r, r.global_key, base);
    auto names = names_below("zone.");
    if (names.erase("") != 0)
      refuse_nameless("zone.");
    names.insert({"external", "internal"});
    for (const auto& name : names) {
      zone_settings z = base;
      z.name = name;
      if (name == "internal") { // as EMQ X 4 ships it
        z.bypass_auth_plugins = true;
        z.max_inflight = 128;
        z.max_awaiting_rel = 1000;
        z.max_mqueue_len = 10000;
        z.enable_acl = false;
      }
      for (const auto& r : zone_rows())
        apply(r, "zone." + name + "." + r.key, z);
      result_.values.zones[name] = std::move(z);
    }
  }

  // `listener.tcp. = 1883`
  void refuse_nameless(const std::string& head) {
    for (auto i = all_.lower_bound(head); i != all_.end() && i->first.starts_with(head); ++i) {
      if (i->first.size() > head.size() && i->first[head.size()] != '.')
        continue;
      used_.insert(i->first);
      result_.errors.push_back(i->second.where + ": " + i->first + ": a name is missing behind " + head);
    }
  }

  void make_listeners() {
    for (const auto kind : {listener_kind::tcp, listener_kind::ssl, listener_kind::ws, listener_kind::wss}) {
      auto names = names_below("listener." + std::string{to_string(kind)} + ".");
      if (kind == listener_kind::tcp)
        names.insert({"external", "internal"});
      if (names.erase("") != 0)
        refuse_nameless("listener." + std::string{to_string(kind)} + ".");
      for (const auto& name : names)
        make_listener(kind, name);
    }
  }

  void make_listener(listener_kind kind, const std::string& name) {
    auto l = default_listener(kind, name);
    const auto head = l.key();
    const auto address = all_.find(head);
    const bool off = address != all_.end() && address->second.value == "off";
    if (off)
      used_.insert(head);
    for (const auto& r : listener_rows())
      if (!(off && r.key.empty()))
        apply(r, r.key.empty() ? head : head + "." + r.key, l);
    if (kind == listener_kind::ws || kind == listener_kind::wss)
      for (const auto& r : websocket_rows())
        apply(r, head + "." + r.key, l);
    if (l.secure())
      add_tls(head, l.tls);
    add_access(head + ".access.", l.access);
    const bool always = kind == listener_kind::tcp && (name == "external" || name == "internal");
    if (!off && (address != all_.end() || always))
      result_.values.listeners.push_back(std::move(l));
  }

  void add_tls(const std::string& head, tls_settings& tls) {
    for (const auto& r : tls_rows())
      apply(r, head + "." + r.key, tls);
    for (const auto& name : names_below(head + ".sni.")) {
      auto& host = tls.sni[name];
      for (const auto& r : sni_rows())
        apply(r, head + ".sni." + name + "." + r.key, host);
    }
  }

  // In the order of their numbers.
  void add_access(const std::string& head, std::vector<access_rule>& rules) {
    const auto names = names_below(head);
    std::vector<std::string> order{names.begin(), names.end()};
    std::stable_sort(order.begin(), order.end(), [](const std::string& a, const std::string& b) {
      return parse_integer(a).value_or(0) < parse_integer(b).value_or(0);
    });
    for (const auto& name : order) {
      const auto key = head + name;
      const auto i = all_.find(key);
      if (i == all_.end())
        continue;
      used_.insert(key);
      if (!parse_integer(name))
        result_.errors.push_back(i->second.where + ": " + key + ": expected a number behind " + head +
                                 ", for rules go by their numbers");
      else if (const char* expected = add_access_rule(rules, i->second.value))
        fail(i->second, key, expected);
    }
  }

  // As EMQ X 4 ships them.
  static listener_settings default_listener(listener_kind kind, const std::string& name) {
    listener_settings l;
    l.kind = kind;
    l.name = name;
    if (kind != listener_kind::tcp) {
      l.acceptors = kind == listener_kind::ssl ? 16 : 4;
      l.max_connections = 102'400;
    } else if (name == "internal") {
      l.address = "127.0.0.1";
      l.port = 11883;
      l.acceptors = 4;
      l.zone = "internal";
      l.backlog = 512;
      l.nodelay = false;
    }
    l.listen_on = l.address + ":" + std::to_string(l.port);
    return l;
  }

  // Where the key stands, or else the first one below it.
  std::string first_below(const std::string& head) const {
    const auto first = all_.lower_bound(head + ".");
    const bool below = first != all_.end() && first->first.starts_with(head + ".");
    return below && !all_.contains(head) ? first->second.where : where(head);
  }

  // Passwords are hashed at once: none of them stays in the settings.
  void make_scram_users() {
    static constexpr std::string_view head = "auth.scram.user.";
    const auto names = names_below(head);
    if (names.empty())
      return;
    auto users = std::make_shared<mqtt::scram_users>(result_.values.scram_iterations, mqtt::scram_nonce());
    for (const auto& name : names) {
      const auto key = std::string{head} + name;
      scram_user user;
      const auto mistakes = result_.errors.size();
      for (const auto& r : scram_user_rows())
        apply(r, key + "." + r.key, user);
      if (result_.errors.size() == mistakes && !users->add(user.username, user.password))
        refuse(key, "needs .username and .password");
    }
    result_.values.scram = std::move(users);
  }

  void make_bridges() {
    static constexpr std::string_view head = "bridge.mqtt.";
    for (const auto& name : names_below(head)) {
      const auto key = std::string{head} + name;
      bridge_settings bridge;
      bridge.name = "emqx_bridge_mqtt:" + name;
      bridge.type = "bridge_mqtt";
      bridge.host = "127.0.0.1";
      bridge.client.client_id = "bridge_" + name;
      for (const auto& r : bridge_rows())
        apply(r, key + "." + r.key, bridge);
      for (const auto& number : names_below(key + ".subscription.")) {
        auto& s = bridge.client.subscriptions.emplace_back();
        s.options.level = mqtt::qos::at_least_once;
        const auto below = key + ".subscription." + number;
        for (const auto& r : bridge_subscription_rows())
          apply(r, below + "." + r.key, s);
        if (s.filter.empty())
          refuse(below, "needs .topic");
        if (!bridge.peer.empty())
          refuse(below, "a bridge to a node brings no messages from there");
      }
      result_.values.bridges[name] = std::move(bridge);
    }
  }

  void make_auth_users(const auth_user_table& table) {
    for (const auto& name : names_below(table.head)) {
      const auto key = table.head + name;
      if (all_.contains(key)) // a setting of the plugin itself
        continue;
      auth_user user;
      const auto mistakes = result_.errors.size();
      for (const auto& r : table.rows)
        apply(r, key + "." + r.key, user);
      if (result_.errors.size() == mistakes && (user.name.empty() || user.password.empty()))
        refuse(key, std::string{"needs ."} + table.rows.front().key + " and .password");
      result_.values.auth.of(table.which).users.push_back(std::move(user));
    }
  }

  // `plugin.<name>.<key>` is the business of a plugin in a library.
  void take_plugin_settings() {
    static constexpr std::string_view head = "plugin.";
    for (auto i = all_.lower_bound(head); i != all_.end() && i->first.starts_with(head); ++i) {
      const auto rest = std::string_view{i->first}.substr(head.size());
      const auto dot = rest.find('.');
      if (dot == 0 || dot == std::string_view::npos || dot + 1 == rest.size())
        continue; // reported as unknown
      used_.insert(i->first);
      result_.values.plugin_settings[std::string{rest.substr(0, dot)}][std::string{rest.substr(dot + 1)}] =
          i->second.value;
    }
  }

  void check() {
    const auto& values = result_.values;
    for (const auto& m : mismatches(values))
      refuse(m.key, m.why);
    for (auto& l : result_.values.listeners)
      if (l.proxy_protocol)
        ignore_proxy_headers(l);
    for (const auto& l : values.listeners)
      if (l.websocket.compress)
        result_.warnings.push_back(where(l.key() + ".compress") + ": " + l.key() +
                                   ".compress: compression is not offered to clients");
  }

  // As with EMQ X the PROXY header decides; which is not for the HTTP header to change.
  void ignore_proxy_headers(listener_settings& l) {
    auto& w = l.websocket;
    for (const auto& [name, value] : {std::pair{".proxy_address_header", &w.proxy_address_header},
                                      std::pair{".proxy_port_header", &w.proxy_port_header}}) {
      if (value->empty())
        continue;
      value->clear();
      result_.warnings.push_back(where(l.key() + name) + ": " + l.key() + name +
                                 ": has no effect with proxy_protocol");
    }
  }

  void refuse(const std::string& key, const std::string& why) {
    result_.errors.push_back(first_below(key) + ": " + key + ": " + why);
  }

  std::string where(const std::string& key) const {
    const auto i = all_.find(key);
    return i == all_.end() ? "defaults" : i->second.where;
  }

  // One that is misspelt would leave the door open, or all shut: auth.http.auth_req.….
  static bool decides_access(std::string_view key) {
    constexpr std::string_view head = "auth.http.";
    if (!key.starts_with(head))
      return false;
    const auto question = key.substr(head.size(), key.find('.', head.size()) - head.size());
    return question == "auth_req" || question == "super_req" || question == "acl_req";
  }

  void report_unknown() {
    for (const auto& [key, e] : all_) {
      if (used_.contains(key) || known_without_effect(key))
        continue;
      if (decides_access(key)) {
        result_.errors.push_back(e.where + ": unknown key \"" + key +
                                 "\": who may connect would not be asked as it says");
        continue;
      }
      result_.warnings.push_back(e.where + ": unknown key \"" + key + "\", ignored");
    }
  }

  entries all_;
  loaded_settings& result_;
  std::set<std::string, std::less<>> used_;
};

void resolve_files(tls_settings& tls, const std::string& file) {
  const auto complete = [&file](std::string& certificate, std::string& key) {
    if (key.empty())
      key = certificate;
    certificate = resolve(certificate, file);
    key = resolve(key, file);
  };
  complete(tls.certfile, tls.keyfile);
  for (auto& [name, host] : tls.sni)
    complete(host.certfile, host.keyfile);
  for (std::string* each : {&tls.cacertfile, &tls.crlfile, &tls.dhfile})
    *each = resolve(*each, file);
}

} // namespace

std::string_view to_string(listener_kind kind) noexcept {
  static constexpr std::string_view names[] = {"tcp", "ssl", "ws", "wss"};
  return names[static_cast<std::size_t>(kind)];
}

namespace {

void resolve_files(settings& v, const std::string& file) {
  v.node.data_dir = resolve(v.node.data_dir, file);
  for (std::string* each : {&v.plugins_dir, &v.plugins_etc_dir, &v.plugins_loaded_file,
                            &v.modules_loaded_file, &v.log.dir, &v.psk.path, &v.auth_jwt.pubkey})
    *each = resolve(*each, file);
  if (v.acl.configured || !file.empty())
    v.acl.file = resolve(v.acl.file, file);
  else
    v.acl.file.clear(); // there is no configuration that it could stand beside
  resolve_files(v.management.tls, file);
  if (!access::parse_url(v.auth_jwt.jwks))
    v.auth_jwt.jwks = resolve(v.auth_jwt.jwks, file);
  for (outgoing_tls* tls : {&v.auth_http.tls, &v.auth_jwt.tls, &v.web_hook.tls, &v.auth_pgsql.server.tls,
                            &v.auth_mysql.server.tls, &v.auth_ldap.server.tls})
    for (std::string* each : {&tls->cacertfile, &tls->certfile, &tls->keyfile})
      *each = resolve(*each, file);
  for (auto& [name, b] : v.bridges)
    for (std::string* each : {&b.tls.cacertfile, &b.tls.certfile, &b.tls.keyfile})
      *each = resolve(*each, file);
  for (auto& l : v.listeners)
    resolve_files(l.tls, file);
}

void apply_all(entries all, const std::string& file, loaded_settings& result) {
  loader{std::move(all), result}.run();
  resolve_files(result.values, file);
  result.values.file = file;
}

} // namespace

loaded_settings load_settings(std::string_view text, const std::string& file, const environment& variables) {
  return config::load_settings(settings_text{file, std::string{text}}, {}, variables);
}

loaded_settings config::load_settings(const settings_text& main, std::span<const plugin_text> of_plugins,
                                      const environment& variables) {
  loaded_settings result;
  apply_all(read_entries(main, of_plugins, variables, result), main.file, result);
  return result;
}

loaded_settings config::load_plugin_settings(std::string_view plugin, const settings_text& main,
                                             std::span<const plugin_text> of_plugins,
                                             const environment& variables) {
  loaded_settings result;
  auto all = read_entries(main, of_plugins, variables, result);
  const auto head = head_of_keys(plugin);
  std::erase_if(all, [&](const auto& e) { return head.empty() || !e.first.starts_with(head); });
  apply_all(std::move(all), main.file, result);
  return result;
}

std::string describe_settings() {
  std::string out;
  const auto add = [&out](const std::string& key, const auto& r) {
    out += key + " = " + r.default_text + "\n    " + r.description + "\n";
    if (!r.global_key.empty())
      out += "    for all zones: " + r.global_key + "\n";
  };
  for (const auto& r : global_rows())
    add(r.key, r);
  for (const auto& r : scram_user_rows())
    add("auth.scram.user.1." + r.key, r);
  for (const auto& table : auth_user_tables())
    for (const auto& r : table.rows)
      add(table.head + "1." + r.key, r);
  out += describe_rules();
  for (const auto& r : bridge_rows())
    add("bridge.mqtt.<name>." + r.key, r);
  for (const auto& r : bridge_subscription_rows())
    add("bridge.mqtt.<name>.subscription.<n>." + r.key, r);
  for (const auto& r : zone_rows())
    add("zone.<name>." + r.key, r);
  for (const auto& r : listener_rows())
    add(r.key.empty() ? "listener.tcp.<name>" : "listener.tcp.<name>." + r.key, r);
  for (const auto& r : tls_rows())
    add("listener.ssl.<name>." + r.key, r);
  for (const auto& r : sni_rows())
    add("listener.ssl.<name>.sni.<n>." + r.key, r);
  for (const auto& r : websocket_rows())
    add("listener.ws.<name>." + r.key, r);
  out += "listener.tcp.<name>.access.<n> = allow all\n    Who may connect: allow or deny, and all, an "
         "address or a network\n";
  return out;
}

} // namespace troupe
