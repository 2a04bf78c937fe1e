// The contract: clients.
#include "api/contract_world.hpp"

namespace troupe::test {

namespace {

/// What the members of a row depend on.
struct known_client {
  std::string id, username = "undefined", proto_name = "MQTT";
  int proto_ver = 4, port = 0;
  bool is_bridge = false, clean_start = true, connected = true;
  int keepalive = 60, expiry_interval = 0, max_inflight = 32;
  int subscriptions_cnt = 1, inflight = 0, mqueue_len = 0, awaiting_rel = 0;
  traffic moved;
};

fields row_of(const contract_world& w, const known_client& c) {
  fields out{
      {"node", is(node_name)},
      {"clientid", is(c.id)},
      {"username", is(c.username)},
      {"proto_name", is(c.proto_name)},
      {"proto_ver", is(c.proto_ver)},
      {"ip_address", is("127.0.0.1")},
      {"port", is(c.port)},
      {"is_bridge", is(c.is_bridge)},
      {"connected_at", time_within(w.before, w.after)},
      {"connected", is(c.connected)},
      {"zone", is("external")},
      {"mountpoint", is("undefined")},
      {"keepalive", is(c.keepalive)},
      {"clean_start", is(c.clean_start)},
      {"expiry_interval", is(c.expiry_interval)},
      {"created_at", time_within(w.before, w.after)},
      {"subscriptions_cnt", is(c.subscriptions_cnt)},
      {"max_subscriptions", is(0)},
      {"inflight", is(c.inflight)},
      {"max_inflight", is(c.max_inflight)},
      {"mqueue_len", is(c.mqueue_len)},
      {"max_mqueue", is(1'000)},
      {"mqueue_dropped", is(0)},
      {"awaiting_rel", is(c.awaiting_rel)},
      {"max_awaiting_rel", is(100)},
      {"recv_pkt", is(c.moved.recv_pkt)},
      {"recv_msg", is(c.moved.recv_msg)},
      {"send_pkt", is(c.moved.send_pkt)},
      {"send_msg", is(c.moved.send_msg)},
      {"mailbox_len", is(0)},
      {"heap_size", within(100, 100'000)},
      {"reductions", at_least(c.moved.recv_pkt > 1 ? 2 : 1)},
  };
  if (c.connected)
    out.insert(out.end(), {{"recv_oct", is(c.moved.recv_oct)},
                           {"recv_cnt", within(1, c.moved.recv_pkt)},
                           {"send_oct", is(c.moved.send_oct)},
                           {"send_cnt", within(1, c.moved.send_pkt)}});
  else
    out.push_back({"disconnected_at", time_within(w.before, w.after)});
  return out;
}

} // namespace

fields contract_world::example_row() {
  return row_of(
      *this, {.id = "example", .username = "test", .port = example.local_port(), .moved = example.total()});
}

fields contract_world::five_row() {
  return row_of(*this, {.id = "five",
                        .username = "test",
                        .proto_ver = 5,
                        .port = five.local_port(),
                        .keepalive = 90,
                        .expiry_interval = 300,
                        .max_inflight = 7,
                        .subscriptions_cnt = 2,
                        .moved = five.total()});
}

fields contract_world::busy_row() {
  return row_of(*this, {.id = "busy",
                        .proto_name = "MQIsdp",
                        .proto_ver = 3,
                        .port = busy.local_port(),
                        .is_bridge = true,
                        .inflight = 2,
                        .awaiting_rel = 1,
                        .moved = busy.total()});
}

fields contract_world::detached_row() {
  return row_of(*this, {.id = "detached",
                        .port = detached_port,
                        .clean_start = false,
                        .connected = false,
                        .keepalive = 30,
                        .expiry_interval = 7'200,
                        .mqueue_len = 3,
                        .moved = detached});
}

promises client_promises(contract_world& w) {
  const auto rows_for = [](std::map<std::string, fields> by_id) {
    return rows({"clientid"}, std::move(by_id));
  };
  const auto everyone = rows_for({{"example", w.example_row()},
                                  {"five", w.five_row()},
                                  {"busy", w.busy_row()},
                                  {"detached", w.detached_row()}});
  const auto users_of_test = rows_for({{"example", w.example_row()}, {"five", w.five_row()}});
  const auto nothing = list({});
  return {
      gives("/clients", everyone, whole_page(4)),
      gives(on_node + "/clients", everyone, whole_page(4)),
      gives("/clients/example", list({members(w.example_row())})),
      gives("/clients/five", list({members(w.five_row())})),
      gives("/clients/busy", list({members(w.busy_row())})),
      gives("/clients/detached", list({members(w.detached_row())})),
      gives("/clients/%64etached", list({members(w.detached_row())})),
      gives("/clients/mortal", nothing),
      gives(on_node + "/clients/five", list({members(w.five_row())})),
      gives(on_node + "/clients/mortal", nothing),
      gives("/clients/username/test", users_of_test),
      gives("/clients/username/undefined", nothing),
      gives(on_node + "/clients/username/test", users_of_test),
      gives(on_node + "/clients/username/nobody", nothing),
      gives("/clients/example/acl_cache", list({members({{"access", is("subscribe")},
                                                         {"topic", is("a/b/c")},
                                                         {"result", is("allow")},
                                                         {"updated_time", at_least(w.before * 1000)}}),
                                                members({{"access", is("publish")},
                                                         {"topic", is("test")},
                                                         {"result", is("allow")},
                                                         {"updated_time", at_least(w.before * 1000)}})})),
      refuses("GET", "/clients/mortal/acl_cache", 112),
      done("DELETE", "/clients/example/acl_cache", ""),
      refuses("DELETE", "/clients/mortal/acl_cache", 112),
      done("DELETE", "/acl-cache", ""),
      done("DELETE", on_node + "/acl-cache", ""),
      refuses("GET", "/nodes/never@seen/clients", 404, "", 404),
      refuses("GET", "/nodes/never@seen/clients/example", 404, "", 404),
      refuses("GET", "/nodes/never@seen/clients/username/test", 404, "", 404),
      refuses("DELETE", "/nodes/never@seen/acl-cache", 404, "", 404),
  };
}

} // namespace troupe::test
