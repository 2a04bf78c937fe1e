#include "call.hpp"
#include "endpoint.hpp"
#include "pager.hpp"
#include "text.hpp"
#include "troupe/mqtt/ip_network.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <limits>

namespace troupe {

namespace json = boost::json;

namespace {

json::value or_undefined(const std::string& text) { return text.empty() ? "undefined" : json::value(text); }

json::value client_json(const call& c, const client_row& row) {
  json::object out{
      {"node", c.where().node_name},
      {"clientid", row.clientid},
      {"username", or_undefined(row.username)},
      {"proto_name", row.proto_name},
      {"proto_ver", row.proto_ver},
      {"ip_address", row.ip_address},
      {"port", row.port},
      {"is_bridge", row.is_bridge},
      {"connected", row.connected},
      {"connected_at", local_time_text(row.connected_at)},
      {"created_at", local_time_text(row.created_at)},
      {"zone", row.zone},
      {"mountpoint", or_undefined(row.mountpoint)},
      {"keepalive", row.keepalive},
      {"clean_start", row.clean_start},
      {"expiry_interval", row.expiry_interval},
      {"subscriptions_cnt", row.subscriptions_cnt},
      {"max_subscriptions", row.max_subscriptions},
      {"inflight", row.inflight},
      {"max_inflight", row.max_inflight},
      {"mqueue_len", row.mqueue_len},
      {"max_mqueue", row.max_mqueue},
      {"mqueue_dropped", row.mqueue_dropped},
      {"awaiting_rel", row.awaiting_rel},
      {"max_awaiting_rel", row.max_awaiting_rel},
      {"recv_pkt", row.recv_pkt},
      {"recv_msg", row.recv_msg},
      {"send_pkt", row.send_pkt},
      {"send_msg", row.send_msg},
      {"mailbox_len", row.mailbox_len},
      {"heap_size", row.heap_size},
      {"reductions", row.reductions},
  };
  // A detached session has no socket to count for (reference/live-4.2.md).
  if (row.connected) {
    out["recv_oct"] = row.recv_oct;
    out["recv_cnt"] = row.recv_cnt;
    out["send_oct"] = row.send_oct;
    out["send_cnt"] = row.send_cnt;
  } else {
    out["disconnected_at"] = local_time_text(row.disconnected_at);
  }
  return out;
}

json::value rows_json(const call& c, const std::vector<client_row>& page) {
  json::array rows;
  rows.reserve(page.size());
  for (const client_row& row : page)
    rows.push_back(client_json(c, row));
  return rows;
}

// In its canonical form, as rows have it.
std::optional<std::string> read_address(arguments& args) {
  const auto text = args.text("ip_address");
  if (!text)
    return std::nullopt;
  const auto address = mqtt::parse_ip(*text);
  if (!address)
    args.set_wrong("ip_address");
  return address ? std::optional(mqtt::to_string(*address)) : std::nullopt;
}

// Whether any filter was there.
bool read_filters(arguments& args, client_query& q) {
  q.client_id = args.text("clientid");
  q.username = args.text("username");
  q.zone = args.text("zone");
  q.ip_address = read_address(args);
  q.conn_state = args.text("conn_state");
  q.proto_name = args.text("proto_name");
  q.clean_start = args.boolean("clean_start");
  if (auto version = args.integer("proto_ver"))
    q.proto_ver = static_cast<int>(std::clamp<std::int64_t>(*version, -1, std::numeric_limits<int>::max()));
  q.like_client_id = args.text("_like_clientid");
  q.like_username = args.text("_like_username");
  q.created_from = args.integer("_gte_created_at");
  q.created_to = args.integer("_lte_created_at");
  q.connected_from = args.integer("_gte_connected_at");
  q.connected_to = args.integer("_lte_connected_at");
  return q.client_id || q.username || q.zone || q.ip_address || q.conn_state || q.proto_name ||
         q.clean_start || q.proto_ver || q.like_client_id || q.like_username || q.created_from ||
         q.created_to || q.connected_from || q.connected_to;
}

void list_clients(const call_ptr& c) { reply_page<client_page>(c, client_query{}, read_filters, rows_json); }

void lookup_client(const call_ptr& c) {
  client_query query;
  query.client_id = c->args.path("clientid");
  query.limit = 1;
  c->self->request(c->where().router_of(*query.client_id), request_timeout, query)
      .then([c](const client_page& page) { c->reply(ok(rows_json(*c, page.rows))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

void lookup_username(const call_ptr& c) {
  client_query query;
  query.username = c->args.path("username");
  query.limit = all_rows;
  walk_shards<client_page>(c, std::move(query), [c](const std::vector<client_row>& rows, std::size_t, bool) {
    c->reply(ok(rows_json(*c, rows)));
  });
}

void kick(const call_ptr& c) {
  const std::string& id = c->args.path("clientid");
  c->self->request(c->where().router_of(id), request_timeout, kick_client{id})
      .then(
          [c](const outcome& result) {
            if (result.code == body_code::not_found)
              c->reply(failure(result.code, "not_found"));
            else
              c->reply(failure(result.code, result.message));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

constexpr json_member client_shape_members[] = {{"node", "string"},
                                                {"clientid", "string"},
                                                {"username", "string"},
                                                {"proto_name", "string"},
                                                {"proto_ver", "integer"},
                                                {"ip_address", "string"},
                                                {"port", "integer"},
                                                {"is_bridge", "boolean"},
                                                {"connected", "boolean"},
                                                {"connected_at", "string"},
                                                {"disconnected_at", "string", false},
                                                {"created_at", "string"},
                                                {"zone", "string"},
                                                {"mountpoint", "string"},
                                                {"keepalive", "integer"},
                                                {"clean_start", "boolean"},
                                                {"expiry_interval", "integer"},
                                                {"subscriptions_cnt", "integer"},
                                                {"max_subscriptions", "integer"},
                                                {"inflight", "integer"},
                                                {"max_inflight", "integer"},
                                                {"mqueue_len", "integer"},
                                                {"max_mqueue", "integer"},
                                                {"mqueue_dropped", "integer"},
                                                {"awaiting_rel", "integer"},
                                                {"max_awaiting_rel", "integer"},
                                                {"recv_oct", "integer", false},
                                                {"recv_cnt", "integer", false},
                                                {"recv_pkt", "integer"},
                                                {"recv_msg", "integer"},
                                                {"send_oct", "integer", false},
                                                {"send_cnt", "integer", false},
                                                {"send_pkt", "integer"},
                                                {"send_msg", "integer"},
                                                {"mailbox_len", "integer"},
                                                {"heap_size", "integer"},
                                                {"reductions", "integer"}};
constexpr object_shape client_shape{"Client", client_shape_members};

constexpr json_member list_query[] = {{"_page", "integer"},
                                      {"_limit", "integer"},
                                      {"clientid", "string"},
                                      {"username", "string"},
                                      {"zone", "string"},
                                      {"ip_address", "string"},
                                      {"conn_state", "string"},
                                      {"clean_start", "boolean"},
                                      {"proto_name", "string"},
                                      {"proto_ver", "integer"},
                                      {"_like_clientid", "string"},
                                      {"_like_username", "string"},
                                      {"_gte_created_at", "integer"},
                                      {"_lte_created_at", "integer"},
                                      {"_gte_connected_at", "integer"},
                                      {"_lte_connected_at", "integer"}};

constexpr description of_clients{.data = &client_shape, .many = true};

constexpr description list_of_clients{.query = list_query, .data = &client_shape, .many = true};

constexpr endpoint table[] = {
    {"GET", "/clients/", "/nodes/:node/clients/", scope::concatenated, nullptr, "list_clients",
     "A list of clients in the cluster", "list_node_clients", "A list of clients on specified node",
     list_clients, list_of_clients},
    {"GET", "/clients/:clientid", "/nodes/:node/clients/:clientid", scope::concatenated, nullptr,
     "lookup_client", "Lookup a client in the cluster", "lookup_node_client", "Lookup a client on the node",
     lookup_client, of_clients},
    {"GET", "/clients/username/:username", "/nodes/:node/clients/username/:username", scope::concatenated,
     nullptr, "lookup_client_via_username", "Lookup a client via username in the cluster",
     "lookup_node_client_via_username", "Lookup a client via username on the node", lookup_username,
     of_clients},
    {"DELETE", "/clients/:clientid", "/nodes/:node/clients/:clientid", scope::anywhere, nullptr,
     "kickout_client", "Kick out the client in the cluster", "kickout_node_client",
     "Kick out the client on the node", kick},
};

} // namespace

std::span<const endpoint> client_endpoints() { return table; }

} // namespace troupe
