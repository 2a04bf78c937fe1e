#include "api/metrics_rows.hpp"

namespace troupe::test {

figures operator+(figures a, const figures& b) {
  for (const auto& [name, n] : b)
    if ((a[name] += n) == 0)
      a.erase(name);
  return a;
}

figures in(const std::string& type, int n) {
  return {{"packets.received", n}, {"packets." + type + ".received", n}};
}

figures out(const std::string& type, int n) {
  return {{"packets.sent", n}, {"packets." + type + ".sent", n}};
}

figures received(int qos, int n) {
  return in("publish", n) +
         figures{{"messages.received", n}, {"messages.qos" + std::to_string(qos) + ".received", n}};
}

figures sent(int qos, int n) {
  return out("publish", n) +
         figures{{"messages.sent", n}, {"messages.qos" + std::to_string(qos) + ".sent", n}};
}

figures let_in() {
  return in("connect") + out("connack") +
         figures{{"client.connect", 1},
                 {"client.connack", 1},
                 {"client.connected", 1},
                 {"client.authenticate", 1},
                 {"client.auth.anonymous", 1}};
}

connect_options lasting(std::string id) {
  return {.client_id = std::move(id),
          .clean = false,
          .properties = numbers({{property::session_expiry_interval, 3600}})};
}

mqtt_client& scene::dial(const std::string& name, protocol_version version) {
  clients_.erase(name);
  ids_.insert(name);
  return clients_.emplace(name, mqtt_client{static_cast<std::uint16_t>(mqtt_port()), version}).first->second;
}

mqtt_client& scene::open(const std::string& name, connect_options options, protocol_version version) {
  if (options.client_id.empty())
    options.client_id = name;
  ids_.insert(options.client_id);
  auto& c = dial(name, version);
  if (const auto answer = c.connect(options); answer.reason != reason_code::success)
    throw unexpected{"CONNECT was refused: " + std::string{mqtt::to_string(answer.reason)}};
  return c;
}

void scene::detach(const std::string& name) {
  lose(name);
  const auto gone = [&] {
    const auto rows = get("/clients/" + name);
    return !rows.data().at(0).at("connected").as_bool();
  };
  if (!eventually(gone))
    throw unexpected{name + " is still connected"};
}

void scene::clear() {
  clients_.clear();
  const auto rules = get("/rules");
  for (const auto& rule : rules.data().as_array())
    del("/rules/" + std::string{rule.at("id").as_string()});
  const auto resources = get("/resources");
  for (const auto& resource : resources.data().as_array())
    del("/resources/" + std::string{resource.at("id").as_string()});
  const auto empty = [&] {
    for (const auto& id : ids_)
      del("/clients/" + id);
    const auto stats = get("/nodes/emqx@127.0.0.1/stats").data();
    for (const char* name : {"connections.count", "sessions.count", "routes.count"})
      if (stats.at(name).as_int64() != 0)
        return false;
    return true;
  };
  if (!eventually(empty))
    throw unexpected{"clients or sessions stay"};
  ids_.clear();
}

} // namespace troupe::test
