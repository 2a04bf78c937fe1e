#include "command.hpp"

#include <algorithm>
#include <array>

namespace troupe::ctl {

namespace {

constexpr std::array client_columns{
    column{"client", "clientid"},        column{"user", "username"},
    column{"address", "ip_address"},     column{"port", "port"},
    column{"protocol", "proto_ver"},     column{"connected", "connected"},
    column{"keepalive", "keepalive"},    column{"subscriptions", "subscriptions_cnt"},
    column{"inflight", "inflight"},      column{"queued", "mqueue_len"},
    column{"dropped", "mqueue_dropped"}, column{"since", "connected_at"},
};
constexpr std::array subscription_columns{column{"client", "clientid"}, column{"filter", "topic"},
                                          column{"qos", "qos"}, column{"node", "node"}};
constexpr std::array route_columns{column{"topic", "topic"}, column{"node", "node"}};
constexpr std::array listener_columns{
    column{"name", "identifier"},           column{"protocol", "protocol"},
    column{"listens on", "listen_on"},      column{"acceptors", "acceptors"},
    column{"connections", "current_conns"}, column{"at most", "max_conns"},
    column{"closed for", "shutdown_count"}};
constexpr std::array broker_columns{column{"sysdescr", "sysdescr"}, column{"version", "version"},
                                    column{"uptime", "uptime"}, column{"datetime", "datetime"}};
constexpr std::array status_columns{column{"node", "node"}, column{"status", "node_status"},
                                    column{"version", "version"}, column{"uptime", "uptime"}};
constexpr std::array node_columns{
    column{"node", "node"},     column{"status", "node_status"},      column{"version", "version"},
    column{"uptime", "uptime"}, column{"connections", "connections"}, column{"memory", "memory_used"},
    column{"load", "load1"}};

constexpr std::array module_columns{column{"module", "name"}, column{"active", "active"},
                                    column{"description", "description"}};
constexpr std::array plugin_columns{column{"plugin", "name"}, column{"active", "active"},
                                    column{"type", "type"}, column{"description", "description"}};
constexpr std::array app_columns{column{"application", "app_id"}, column{"name", "name"},
                                 column{"active", "status"}, column{"expires", "expired"},
                                 column{"description", "desc"}};
constexpr std::array alarm_columns{column{"alarm", "name"}, column{"message", "message"},
                                   column{"microseconds", "duration"}};
constexpr std::array past_alarm_columns{column{"alarm", "id"}, column{"description", "desc"},
                                        column{"cleared", "clear_at"}};
constexpr std::array ban_columns{column{"kind", "as"},       column{"who", "who"},  column{"by", "by"},
                                 column{"reason", "reason"}, column{"since", "at"}, column{"until", "until"}};
constexpr std::array secret_columns{column{"secret", "secret"}};
constexpr std::array topic_metrics_columns{column{"topic", "topic"},
                                           column{"in", "metrics/messages.in.count"},
                                           column{"in/s", "metrics/messages.in.rate"},
                                           column{"out", "metrics/messages.out.count"},
                                           column{"out/s", "metrics/messages.out.rate"},
                                           column{"dropped", "metrics/messages.dropped.count"}};
constexpr std::array retainer_columns{column{"node", "node"}, column{"messages", "messages"},
                                      column{"at most so far", "messages_max"}, column{"bytes", "bytes"}};
constexpr std::array retained_columns{column{"topic", "topic"}, column{"qos", "qos"},
                                      column{"bytes", "payload_size"}, column{"client", "clientid"},
                                      column{"published", "published_at"}};
constexpr std::array acl_cache_columns{column{"access", "access"}, column{"topic", "topic"},
                                       column{"result", "result"}, column{"decided", "updated_time"}};
constexpr std::array removed_columns{column{"removed", "removed"}};
constexpr std::array file_columns{column{"file", "filename"}, column{"bytes", "size"},
                                  column{"made", "created_at"}};
constexpr std::array log_columns{column{"node", "node"}, column{"level", "level"}};

constexpr std::array client_id{parameter{"clientid"}};
constexpr std::array topic{parameter{"topic"}};
constexpr std::array filter{parameter{"filter"}};
constexpr std::array subscription{parameter{"clientid"}, parameter{"topic"}, parameter{"qos", true, "0"}};
constexpr std::array unsubscription{parameter{"clientid"}, parameter{"topic"}};
constexpr std::array message{parameter{"topic"}, parameter{"payload"}, parameter{"qos", true, "0"},
                             parameter{"clientid", false, "ctl"}};

constexpr std::array listener_id{parameter{"identifier"}};
constexpr std::array module_name{parameter{"module"}};
constexpr std::array node_name{parameter{"node"}};
constexpr std::array plugin_name{parameter{"plugin"}};
constexpr std::array app_id{parameter{"app_id"}};
constexpr std::array new_app{parameter{"app_id"}, parameter{"name"}, parameter{"desc", false, ""}};
constexpr std::array new_ban{parameter{"as"}, parameter{"who"}};
constexpr std::array timed_ban{parameter{"as"}, parameter{"who"}, parameter{"until", true},
                               parameter{"reason", false, "undefined"}};

constexpr std::array file_name{parameter{"filename"}};
constexpr std::array log_level{parameter{"level"}};

constexpr command list(const char* words, const char* help, const char* path, std::span<const column> columns,
                       std::span<const parameter> parameters = {}) {
  return {words, help, "GET", path, parameters, layout::table, nullptr, columns};
}

constexpr command show(const char* words, const char* help, const char* path,
                       std::span<const parameter> parameters, std::span<const column> columns = {}) {
  return {words, help, "GET", path, parameters, layout::record, nullptr, columns};
}

constexpr command per_node(const char* words, const char* help, const char* path, const char* key,
                           std::span<const column> columns) {
  return {words, help, "GET", path, {}, layout::groups, key, columns};
}

constexpr command figures(const char* words, const char* help, const char* path, const char* key) {
  return {words, help, "GET", path, {}, layout::figures, key, {}};
}

constexpr command act(const char* words, const char* help, const char* method, const char* path,
                      std::span<const parameter> parameters) {
  return {words, help, method, path, parameters, layout::nothing, nullptr, {}};
}

constexpr command make(const char* words, const char* help, const char* path,
                       std::span<const parameter> parameters, std::span<const column> columns) {
  return {words, help, "POST", path, parameters, layout::record, nullptr, columns};
}

constexpr command clean(const char* words, const char* help, const char* path,
                        std::span<const parameter> parameters, std::span<const column> columns) {
  return {words, help, "DELETE", path, parameters, layout::record, nullptr, columns};
}

constexpr command table[] = {
    list("status", "whether the broker runs", "/brokers", status_columns),
    show("broker", "what runs, since when", "/brokers", {}, broker_columns),
    figures("broker stats", "figures of now, and their maxima", "/stats", "stats"),
    figures("broker metrics", "what was counted", "/metrics", "metrics"),
    list("nodes", "the nodes, their connections and memory", "/nodes", node_columns),
    list("clients list", "all clients", "/clients", client_columns),
    show("clients show", "all about a client", "/clients/:clientid", client_id),
    act("clients kick", "end a client's connection and session", "DELETE", "/clients/:clientid", client_id),
    list("subscriptions list", "all subscriptions", "/subscriptions", subscription_columns),
    list("subscriptions show", "those of a client", "/subscriptions/:clientid", subscription_columns,
         client_id),
    act("subscriptions add", "subscribe for a client", "POST", "/mqtt/subscribe", subscription),
    act("subscriptions del", "unsubscribe for a client", "POST", "/mqtt/unsubscribe", unsubscription),
    list("routes list", "the filters that are subscribed to", "/routes", route_columns),
    list("routes show", "the nodes that subscribe to a filter", "/routes/:topic", route_columns, topic),
    list("topics list", "as routes list", "/routes", route_columns),
    list("topics show", "as routes show", "/routes/:topic", route_columns, topic),
    per_node("listeners", "the listeners and why their connections ended", "/listeners?identifiers=true",
             "listeners", listener_columns),
    act("listeners restart", "accept anew, with the files of today (mqtt:tcp:external, a name of listeners)",
        "PUT", "/listeners/:identifier/restart", listener_id),
    per_node("modules list", "the modules, and which are on", "/modules", "modules", module_columns),
    act("modules load", "switch a module on, also for later starts", "PUT", "/modules/:module/load",
        module_name),
    act("modules unload", "switch a module off, also for later starts", "PUT", "/modules/:module/unload",
        module_name),
    act("modules reload", "read its file anew (emqx_mod_acl_internal: acl_file)", "PUT",
        "/modules/:module/reload?strict=true", module_name),
    act("acl reload", "read acl_file anew; a bad one changes nothing", "PUT",
        "/modules/emqx_mod_acl_internal/reload?strict=true", {}),
    list("acl cache-list", "what a client's connection remembers of the rules",
         "/clients/:clientid/acl_cache", acl_cache_columns, client_id),
    act("acl cache-clean", "let it forget that", "DELETE", "/clients/:clientid/acl_cache", client_id),
    act("acl cache-clean all", "let all connections forget", "DELETE", "/acl-cache", {}),
    act("acl cache-clean node", "let those of a node forget", "DELETE", "/nodes/:node/acl-cache", node_name),
    per_node("plugins list", "the plugins, and which are loaded", "/plugins", "plugins", plugin_columns),
    act("plugins load", "load a plugin, also for later starts", "PUT", "/plugins/:plugin/load", plugin_name),
    act("plugins unload", "unload a plugin, also for later starts", "PUT", "/plugins/:plugin/unload",
        plugin_name),
    act("plugins reload", "begin it anew, with its settings as the files have them now", "PUT",
        "/plugins/:plugin/reload", plugin_name),
    list("topic-metrics list", "the topics that are watched", "/topic-metrics", topic_metrics_columns),
    show("topic-metrics show", "all figures of one", "/topic-metrics/:topic", topic),
    act("topic-metrics add", "watch a topic", "POST", "/topic-metrics", topic),
    act("topic-metrics del", "watch it no longer", "DELETE", "/topic-metrics/:topic", topic),
    act("topic-metrics clean", "watch none", "DELETE", "/topic-metrics", {}),
    list("retainer info", "number and memory of the retained messages", "/retainer", retainer_columns),
    list("retainer topics", "the retained messages", "/retainer/messages", retained_columns),
    clean("retainer clean", "remove all of them", "/retainer/messages", {}, removed_columns),
    clean("retainer clean", "remove those whose topics match", "/retainer/messages/:filter", filter,
          removed_columns),
    list("apps list", "the applications of the API", "/apps", app_columns),
    show("apps show", "one of them", "/apps/:app_id", app_id),
    make("apps add", "make one; prints its secret, which is told only now", "/apps", new_app, secret_columns),
    act("apps del", "remove one", "DELETE", "/apps/:app_id", app_id),
    per_node("alarms list", "what is wrong", "/alarms/activated", "alarms", alarm_columns),
    per_node("alarms history", "what was wrong", "/alarms/history", "alarms", past_alarm_columns),
    act("alarms clean", "forget what was wrong", "DELETE", "/alarms/deactivated", {}),
    list("banned list", "the bans", "/banned", ban_columns),
    act("banned add", "ban a clientid, username or peerhost for five minutes", "POST", "/banned", new_ban),
    act("banned add", "the same until a time, in seconds since 1970", "POST", "/banned", timed_ban),
    act("banned del", "remove a ban", "DELETE", "/banned/:as/:who", new_ban),
    make("data export", "write what the API has made into a file", "/data/export", {}, file_columns),
    list("data list", "the exported files", "/data/export", file_columns),
    act("data import", "add what a file of that list has", "POST", "/data/import", file_name),
    list("log show", "the level of the log", "/log", log_columns),
    list("log primary-level", "as log show", "/log", log_columns),
    act("log primary-level", "as log set-level", "PUT", "/log", log_level),
    act("log set-level", "debug, info, notice, warning, error, critical, alert or emergency, until the end",
        "PUT", "/log", log_level),
    figures("metrics", "as broker metrics", "/metrics", "metrics"),
    figures("stats", "as broker stats", "/stats", "stats"),
    act("publish", "publish a message", "POST", "/mqtt/publish", message),
};

std::string_view first_word(std::string_view& rest) {
  const auto end = rest.find(' ');
  const auto word = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return word;
}

// The number of the command's words when `words` begins with them, else 0.
std::size_t matching(std::string_view name, std::span<const std::string_view> words) {
  std::size_t n = 0;
  while (!name.empty()) {
    if (n == words.size() || words[n] != first_word(name))
      return 0;
    ++n;
  }
  return n;
}

std::size_t needed(const command& c) {
  return static_cast<std::size_t>(std::count_if(c.parameters.begin(), c.parameters.end(),
                                                [](const parameter& p) { return p.fallback == nullptr; }));
}

} // namespace

std::span<const command> commands() { return table; }

const command* find_command(std::span<const std::string_view> words, std::size_t& used) {
  const command* best = nullptr;
  used = 0;
  for (const auto& c : table) {
    const auto n = matching(c.words, words);
    if (n > used || (n > 0 && n == used && needed(*best) < needed(c) && needed(c) <= words.size() - n)) {
      best = &c;
      used = n;
    }
  }
  return best;
}

} // namespace troupe::ctl
