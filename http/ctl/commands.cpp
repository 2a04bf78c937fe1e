#include "command.hpp"

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
    column{"protocol", "protocol"},   column{"listens on", "listen_on"},
    column{"acceptors", "acceptors"}, column{"connections", "current_conns"},
    column{"at most", "max_conns"},   column{"closed for", "shutdown_count"}};
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
constexpr std::array app_columns{column{"application", "app_id"}, column{"name", "name"},
                                 column{"active", "status"}, column{"expires", "expired"},
                                 column{"description", "desc"}};

constexpr std::array client_id{parameter{"clientid"}};
constexpr std::array topic{parameter{"topic"}};
constexpr std::array subscription{parameter{"clientid"}, parameter{"topic"}, parameter{"qos", true, "0"}};
constexpr std::array unsubscription{parameter{"clientid"}, parameter{"topic"}};
constexpr std::array message{parameter{"topic"}, parameter{"payload"}, parameter{"qos", true, "0"},
                             parameter{"clientid", false, "ctl"}};

constexpr std::array listener_id{parameter{"identifier"}};
constexpr std::array module_name{parameter{"module"}};
constexpr std::array app_id{parameter{"app_id"}};
constexpr std::array new_app{parameter{"app_id"}, parameter{"name"}, parameter{"desc", false, ""}};
constexpr std::array secret_columns{column{"secret", "secret"}};

constexpr command table[] = {
    {"status", "whether the broker runs", "GET", "/brokers", {}, layout::table, nullptr, status_columns},
    {"broker", "what runs, since when", "GET", "/brokers", {}, layout::record, nullptr, broker_columns},
    {"broker stats", "figures of now, and their maxima", "GET", "/stats", {}, layout::figures, "stats", {}},
    {"broker metrics", "what was counted", "GET", "/metrics", {}, layout::figures, "metrics", {}},
    {"nodes",
     "the nodes, their connections and memory",
     "GET",
     "/nodes",
     {},
     layout::table,
     nullptr,
     node_columns},
    {"clients list", "all clients", "GET", "/clients", {}, layout::table, nullptr, client_columns},
    {"clients show",
     "all about a client",
     "GET",
     "/clients/:clientid",
     client_id,
     layout::record,
     nullptr,
     {}},
    {"clients kick",
     "end a client's connection and session",
     "DELETE",
     "/clients/:clientid",
     client_id,
     layout::nothing,
     nullptr,
     {}},
    {"subscriptions list",
     "all subscriptions",
     "GET",
     "/subscriptions",
     {},
     layout::table,
     nullptr,
     subscription_columns},
    {"subscriptions show", "those of a client", "GET", "/subscriptions/:clientid", client_id, layout::table,
     nullptr, subscription_columns},
    {"subscriptions add",
     "subscribe for a client",
     "POST",
     "/mqtt/subscribe",
     subscription,
     layout::nothing,
     nullptr,
     {}},
    {"subscriptions del",
     "unsubscribe for a client",
     "POST",
     "/mqtt/unsubscribe",
     unsubscription,
     layout::nothing,
     nullptr,
     {}},
    {"routes list",
     "the filters that are subscribed to",
     "GET",
     "/routes",
     {},
     layout::table,
     nullptr,
     route_columns},
    {"routes show", "the nodes that subscribe to a filter", "GET", "/routes/:topic", topic, layout::table,
     nullptr, route_columns},
    {"topics list", "as routes list", "GET", "/routes", {}, layout::table, nullptr, route_columns},
    {"topics show", "as routes show", "GET", "/routes/:topic", topic, layout::table, nullptr, route_columns},
    {"listeners",
     "the listeners and why their connections ended",
     "GET",
     "/listeners",
     {},
     layout::groups,
     "listeners",
     listener_columns},
    {"listeners restart",
     "accept anew, with the files of today (mqtt:tcp:external)",
     "PUT",
     "/listeners/:identifier/restart",
     listener_id,
     layout::nothing,
     nullptr,
     {}},
    {"modules list",
     "the modules, and which are on",
     "GET",
     "/modules",
     {},
     layout::groups,
     "modules",
     module_columns},
    {"modules load",
     "switch a module on",
     "PUT",
     "/modules/:module/load",
     module_name,
     layout::nothing,
     nullptr,
     {}},
    {"modules unload",
     "switch a module off",
     "PUT",
     "/modules/:module/unload",
     module_name,
     layout::nothing,
     nullptr,
     {}},
    {"modules reload",
     "as EMQ X; nothing is read anew",
     "PUT",
     "/modules/:module/reload",
     module_name,
     layout::nothing,
     nullptr,
     {}},
    {"apps list", "the applications of the API", "GET", "/apps", {}, layout::table, nullptr, app_columns},
    {"apps show", "one of them", "GET", "/apps/:app_id", app_id, layout::record, nullptr, {}},
    {"apps add", "make one; prints its secret, which is told only now", "POST", "/apps", new_app,
     layout::record, nullptr, secret_columns},
    {"apps del", "remove one", "DELETE", "/apps/:app_id", app_id, layout::nothing, nullptr, {}},
    {"metrics", "as broker metrics", "GET", "/metrics", {}, layout::figures, "metrics", {}},
    {"stats", "as broker stats", "GET", "/stats", {}, layout::figures, "stats", {}},
    {"publish", "publish a message", "POST", "/mqtt/publish", message, layout::nothing, nullptr, {}},
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

} // namespace

std::span<const command> commands() { return table; }

const command* find_command(std::span<const std::string_view> words, std::size_t& used) {
  const command* best = nullptr;
  used = 0;
  for (const auto& c : table)
    if (const auto n = matching(c.words, words); n > used) {
      best = &c;
      used = n;
    }
  return best;
}

} // namespace troupe::ctl
