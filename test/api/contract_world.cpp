#include "api/contract_world.hpp"

namespace troupe::test {

namespace {

std::int64_t seconds_now() { return now_ms() / 1000; }

} // namespace

contract_world::contract_world()
    : served_broker(
          "modules.load = emqx_mod_topic_metrics,emqx_mod_delayed\nos_mon.cpu_check_interval = 10h\n"
          "vm_mon.check_interval = 10h\nos_mon.mem_check_interval = 100ms\nos_mon.procfs = " +
          machine.path().string() + "\n"),
      before(seconds_now()),
      example(mqtt_port(), protocol_version::v311),
      five(mqtt_port(), protocol_version::v5),
      busy(mqtt_port(), protocol_version::v31) {
  example.connect({.clean_start = true, .keep_alive = 60, .client_id = "example", .username = "test"});
  example.subscribe("a/b/c", qos::at_least_once);
  example.send(mqtt::publish{.topic = "test", .payload = "x"});

  const auto limits = numbers({{property::session_expiry_interval, 300}, {property::receive_maximum, 7}});
  five.connect({.clean_start = true,
                .keep_alive = 90,
                .client_id = "five",
                .username = "test",
                .properties = limits.view()});
  five.subscribe("$share/group/s/t", qos::exactly_once);
  five.subscribe("wills/#", qos::at_most_once);

  half_time = now_ms();
  eventually([&] { return now_ms() > half_time; });
  leave_session();
  die();
  five.next(); // the will
  owe();
  post("/mqtt/publish", R"({"topic":"$delayed/3600/later","payload":"x","clientid":"h"})");
  post("/apps", R"({"app_id":"script","name":"a script","desc":"d","secret":"s","expired":4102444800})");
  post("/data/file", R"({"filename":"kept.json","file":"{}"})");

  run_short_of_memory();
  for (const auto* c : {&example, &five, &busy})
    everybody += c->total();
  everybody += detached;
  after = seconds_now();
}

void contract_world::leave_session() {
  counted_client c{mqtt_port(), protocol_version::v311};
  c.connect({.clean_start = false, .keep_alive = 30, .client_id = "detached"});
  c.subscribe("d/+", qos::exactly_once);
  detached_port = c.local_port();
  detached = c.total();
  c.abort();
  eventually([&] { return !get("/clients/detached").data().at(0).at("connected").as_bool(); });
  post("/mqtt/publish_batch", R"([{"topic":"d/1","payload":"1","qos":1,"clientid":"h"},)"
                              R"({"topic":"d/2","payload":"2","qos":1,"clientid":"h"},)"
                              R"({"topic":"d/3","payload":"3","qos":2,"clientid":"h"}])");
}

void contract_world::die() {
  counted_client c{mqtt_port(), protocol_version::v311};
  c.connect({.clean_start = true,
             .keep_alive = 60,
             .client_id = "mortal",
             .will = mqtt::will{"wills/mortal", "gone", {}, qos::at_least_once, true}});
  everybody += c.total();
  c.abort();
  eventually([&] { return get("/clients/mortal").data().as_array().empty(); });
}

// The machine was, and the broker still has more of it than it should.
void contract_world::run_short_of_memory() {
  const auto write = [this](const char* available) {
    write_text(machine.path() / "new",
               std::string("MemTotal: 100000 kB\nMemAvailable: ") + available + " kB\n");
    std::filesystem::rename(machine.path() / "new", machine.path() / "meminfo");
  };
  const auto alarms = [this](const char* which) {
    return get(which).data().at(0).at("alarms").as_array().size();
  };
  write("1000");
  eventually([&] { return alarms("/alarms/present") == 2; });
  write("90000");
  eventually([&] { return alarms("/alarms/history") == 1; });
}

void contract_world::owe() {
  post("/topic-metrics", R"({"topic":"t/watched"})");
  busy.connect({.bridge = true, .clean_start = true, .keep_alive = 60, .client_id = "busy"});
  busy.subscribe("w/#", qos::at_least_once);
  for (int i = 0; i < 2; ++i) {
    post("/mqtt/publish", R"({"topic":"w/1","payload":"x","qos":1,"clientid":"h"})");
    busy.next();
  }
  busy.send(mqtt::publish{.topic = "t/watched", .payload = "x", .packet_id = 9, .level = qos::exactly_once});
  busy.next(); // PUBREC
}

} // namespace troupe::test
