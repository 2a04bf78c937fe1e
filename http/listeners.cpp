#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <string_view>

namespace troupe {

namespace json = boost::json;

namespace {

listener_info http_row(const http_listener_figures& f) {
  return {f.protocol, f.listen_on, f.acceptors, f.max_clients, f.connections.load(std::memory_order_relaxed),
          {},         f.protocol};
}

// Sockets first, then what speaks HTTP, as EMQ X lists them.
int rank(std::string_view protocol) {
  constexpr std::string_view order[] = {"mqtt:ssl", "mqtt:tcp", "http:", "https:", "mqtt:ws:", "mqtt:wss:"};
  int place = 0;
  for (std::string_view prefix : order) {
    if (protocol.substr(0, prefix.size()) == prefix)
      return place;
    ++place;
  }
  return place;
}

// EMQ X has no identifiers in its rows: they are for those who ask for them.
json::value listener_json(const listener_info& info, bool with_identifier) {
  json::array shutdown_count;
  for (const auto& [reason, count] : info.shutdown_count)
    if (count > 0)
      shutdown_count.push_back(json::object{{reason, count}});
  json::object row{
      {"shutdown_count", std::move(shutdown_count)},
      {"protocol", info.protocol},
      {"max_conns", info.max_conns},
      {"listen_on", info.listen_on},
      {"current_conns", info.current_conns},
      {"acceptors", info.acceptors},
  };
  if (with_identifier)
    row.emplace("identifier", info.identifier);
  return row;
}

void list_listeners(const call_ptr& c) {
  const bool named = c->args.boolean("identifiers").value_or(false);
  if (const auto& wrong = c->args.wrong(); !wrong.empty())
    return c->reply(bad_parameter(wrong));
  gather<listener_info>(
      c->self, c->where().listeners, listener_query{}, [c, named](std::vector<listener_info> all) {
        for (const auto& f : c->listeners())
          all.push_back(http_row(*f));
        std::stable_sort(all.begin(), all.end(), [](const listener_info& a, const listener_info& b) {
          return rank(a.protocol) < rank(b.protocol);
        });
        json::array rows;
        for (const listener_info& info : all)
          rows.push_back(listener_json(info, named));
        c->reply(ok(std::move(rows)));
      });
}

// The listener that serves this request cannot close itself.
answer unsupported() {
  answer a = failure(body_code::unknown, "http_listener_restart_unsupported");
  a.status = 403;
  return a;
}

void restart(const call_ptr& c) {
  const std::string& wanted = c->args.path("identifier");
  if (wanted.rfind("http", 0) == 0)
    return c->reply(unsupported());
  const auto& all = c->where().listeners;
  gather<listener_info>(c->self, all, listener_query{}, [c, wanted](const std::vector<listener_info>& infos) {
    const auto found = std::find_if(infos.begin(), infos.end(),
                                    [&](const listener_info& i) { return i.identifier == wanted; });
    if (infos.size() != c->where().listeners.size())
      return c->reply(timeout());
    if (found == infos.end())
      return c->reply(failure(body_code::not_found, "not_found"));
    carry_out(c, c->where().listeners[static_cast<std::size_t>(found - infos.begin())], restart_listener{});
  });
}

constexpr json_member listener_shape_members[] = {{"protocol", "string"},         {"listen_on", "string"},
                                                  {"acceptors", "integer"},       {"max_conns", "integer"},
                                                  {"current_conns", "integer"},   {"shutdown_count", "array"},
                                                  {"identifier", "string", false}};
constexpr json_member listener_query_members[] = {{"identifiers", "boolean", false}};
constexpr object_shape listener_shape{"Listener", listener_shape_members};

constexpr description of_listeners{.query = listener_query_members, .data = &listener_shape, .many = true};

constexpr endpoint table[] = {
    {"GET", "/listeners/", "/nodes/:node/listeners", scope::grouped, "listeners", "list_listeners",
     "A list of listeners in the cluster", "list_node_listeners", "A list of listeners on the node",
     list_listeners, of_listeners},
    {"PUT", "/listeners/:identifier/restart", "/nodes/:node/listeners/:identifier/restart", scope::anywhere,
     nullptr, "restart_listener", "Restart a listener in the cluster", "restart_node_listener",
     "Restart a listener on the node", restart},
};

} // namespace

std::span<const endpoint> listener_endpoints() { return table; }

} // namespace troupe
