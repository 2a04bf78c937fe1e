#include "call.hpp"
#include "endpoint.hpp"
#include "text.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::value broker_json(const node_info& info) {
  return json::object{
      {"version", info.version},
      {"uptime", uptime_text(info.uptime_seconds)},
      {"sysdescr", info.sysdescr},
      {"otp_release", info.otp_release},
      {"node_status", "Running"},
      {"node", info.name},
      {"datetime", local_time_text(now_ms())},
  };
}

void show_broker(const call_ptr& c) {
  c->self->request(c->where().monitor, request_timeout, node_query{})
      .then([c](const node_info& info) { c->reply(ok(broker_json(info))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

constexpr json_member broker_shape_members[] = {
    {"version", "string"},     {"uptime", "string"}, {"sysdescr", "string"}, {"otp_release", "string"},
    {"node_status", "string"}, {"node", "string"},   {"datetime", "string"}};
constexpr object_shape broker_shape{"Broker", broker_shape_members};

constexpr description of_broker{.data = &broker_shape};

constexpr endpoint table[] = {
    {"GET", "/brokers/", "/brokers/:node", scope::listed, nullptr, "list_brokers",
     "A list of brokers in the cluster", "get_broker", "Get broker info of a node", show_broker, of_broker},
};

} // namespace

std::span<const endpoint> broker_endpoints() { return table; }

} // namespace troupe
