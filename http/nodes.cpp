#include "call.hpp"
#include "endpoint.hpp"
#include "text.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

// The list shows memory as text, the single node as bytes (reference/decisions.md item 5).
json::value memory_json(std::uint64_t bytes, bool as_text) {
  return as_text ? json::value(memory_text(bytes)) : json::value(bytes);
}

json::value node_json(const node_info& info, bool in_list) {
  return json::object{
      {"version", info.version},
      {"uptime", uptime_text(info.uptime_seconds)},
      {"process_used", info.process_used},
      {"process_available", info.process_available},
      {"otp_release", info.otp_release},
      {"node_status", "Running"},
      {"node", info.name},
      {"memory_used", memory_json(info.memory_used, in_list)},
      {"memory_total", memory_json(info.memory_total, in_list)},
      {"max_fds", info.max_fds},
      {"load1", load_text(info.load1)},
      {"load5", load_text(info.load5)},
      {"load15", load_text(info.load15)},
      {"connections", info.connections},
  };
}

void show_node(const call_ptr& c) {
  c->self->request(c->where().monitor, request_timeout, node_query{})
      .then([c](const node_info& info) { c->reply(ok(node_json(info, !c->for_one_node))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

constexpr json_member node_shape_members[] = {{"version", "string"},
                                              {"uptime", "string"},
                                              {"process_used", "integer"},
                                              {"process_available", "integer"},
                                              {"otp_release", "string"},
                                              {"node_status", "string"},
                                              {"node", "string"},
                                              {"memory_used", "string|integer"},
                                              {"memory_total", "string|integer"},
                                              {"max_fds", "integer"},
                                              {"load1", "string"},
                                              {"load5", "string"},
                                              {"load15", "string"},
                                              {"connections", "integer"}};
constexpr object_shape node_shape{"Node", node_shape_members};

constexpr description of_node{.data = &node_shape};

constexpr endpoint table[] = {
    {"GET", "/nodes/", "/nodes/:node", scope::listed, nullptr, "list_nodes", "A list of nodes in the cluster",
     "get_node", "Lookup a node in the cluster", show_node, of_node},
};

} // namespace

std::span<const endpoint> node_endpoints() { return table; }

} // namespace troupe
