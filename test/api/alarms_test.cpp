// Alarms that come and go for real: what they are about is made, and ended.
#include "api/fixture.hpp"
#include "support/sanitized.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <sys/resource.h>

using namespace troupe::test;

namespace {

// Looks at everything ten times a second.
constexpr const char* often = "os_mon.cpu_check_interval = 100ms\nos_mon.mem_check_interval = 100ms\n"
                              "vm_mon.check_interval = 100ms\n";

struct alarm_broker : served_broker {
  explicit alarm_broker(const std::string& more = "") : served_broker(often + more) {}

  // Of EMQ X 4.1; null: it is not active.
  boost::json::value present(const std::string& id) {
    const auto found = get("/alarms/present/emqx@127.0.0.1");
    for (const auto& row : found.data().as_array())
      if (row.at("id").as_string() == id)
        return row;
    return nullptr;
  }
  bool active(const std::string& id) { return !present(id).is_null(); }

  // Of EMQ X 4.2; null: there is none among those.
  boost::json::value record(const std::string& name, const char* path = "/alarms/activated") {
    const auto found = get("/nodes/emqx@127.0.0.1" + std::string(path));
    for (const auto& row : found.data().as_array())
      if (row.at("name").as_string() == name)
        return row;
    return nullptr;
  }

  bool in_history(const std::string& id) {
    const auto found = get("/alarms/history/emqx@127.0.0.1");
    for (const auto& row : found.data().as_array())
      if (row.at("id").as_string() == id)
        return true;
    return false;
  }

  // It comes, and has these names.
  void check_raised(const std::string& id, const std::string& name) {
    BOOST_TEST_REQUIRE(eventually([&] { return active(id); }), id << get("/alarms/present").text);
    const auto shown = record(name);
    BOOST_TEST_REQUIRE(shown.is_object(), name);
    BOOST_TEST(shown.at("activated").as_bool());
    BOOST_TEST(shown.at("deactivate_at").as_string() == "infinity");
    BOOST_TEST(shown.at("activate_at").as_int64() <= now_ms() * 1000 + 1000);
  }

  void check_cleared(const std::string& id, const std::string& name) {
    BOOST_TEST_REQUIRE(eventually([&] { return !active(id); }), id);
    BOOST_TEST(in_history(id));
    const auto shown = record(name, "/alarms/deactivated");
    BOOST_TEST_REQUIRE(shown.is_object(), name);
    BOOST_TEST(!shown.at("activated").as_bool());
    BOOST_TEST(shown.at("deactivate_at").as_int64() - shown.at("activate_at").as_int64() ==
               shown.at("duration").as_int64());
  }
};

// A machine whose figures a test decides.
class machine {
public:
  std::string setting() const { return "os_mon.procfs = " + folder_.path().string() + "\n"; }

  void write(const char* file, const std::string& text) {
    write_text(folder_.path() / "new", text);
    std::filesystem::rename(folder_.path() / "new", folder_.path() / file);
  }

  // The processors were busy for so much of another second.
  void pass(int busy_percent) {
    busy_ += busy_percent;
    idle_ += 100 - busy_percent;
    write("stat", "cpu  " + std::to_string(busy_) + " 0 0 " + std::to_string(idle_) + " 0 0 0 0 0 0\n");
  }

  void memory(std::uint64_t total, std::uint64_t available) {
    write("meminfo", "MemTotal: " + std::to_string(total / 1024) +
                         " kB\nMemAvailable: " + std::to_string(available / 1024) + " kB\n");
  }

private:
  temporary_folder folder_;
  int busy_ = 1000, idle_ = 1000;
};

constexpr std::uint64_t megabyte = 1024 * 1024;

} // namespace

BOOST_AUTO_TEST_SUITE(alarms)

BOOST_AUTO_TEST_CASE(processors) {
  machine m;
  m.pass(0);
  alarm_broker broker{m.setting()};
  const std::string id = "cpu_high_watermark", name = "high_cpu_usage";
  const auto becomes = [&](int busy, bool wanted) {
    return eventually([&] {
      m.pass(busy);
      return broker.active(id) == wanted;
    });
  };
  BOOST_TEST(becomes(90, true));
  BOOST_TEST(eventually([&] {
    m.pass(90);
    const auto shown = broker.record(name);
    return shown.is_object() && shown.at("message").as_string() == "90% cpu usage" &&
           broker.present(id).is_object() && broker.present(id).at("desc").as_string() == "90" &&
           boost::json::serialize(shown.at("details")) ==
               R"({"usage":9E1,"high_watermark":8E1,"low_watermark":6E1})";
  }));
  BOOST_TEST(becomes(10, false));
  broker.check_cleared(id, name);
}

// The figures of the real machine, whatever they are.
BOOST_AUTO_TEST_CASE(the_real_machine) {
  alarm_broker broker{"os_mon.cpu_high_watermark = 0%\nos_mon.cpu_low_watermark = 0%\n"
                      "os_mon.sysmem_high_watermark = 0%\nos_mon.procmem_high_watermark = 0%\n"};
  broker.check_raised("cpu_high_watermark", "high_cpu_usage");
  broker.check_raised("system_memory_high_watermark", "high_system_memory_usage");
  broker.check_raised("process_memory_high_watermark", "high_process_memory_usage");
  const auto busy = std::stod(broker.present("cpu_high_watermark").at("desc").as_string().c_str());
  BOOST_TEST((busy >= 0 && busy <= 100));
  BOOST_TEST(broker.present("system_memory_high_watermark").at("desc").as_string() == "[]");
  BOOST_TEST(broker.present("process_memory_high_watermark").at("desc").as_string() ==
             std::to_string(broker.pid()));
}

BOOST_AUTO_TEST_CASE(memory_of_the_machine) {
  machine m;
  m.memory(1000 * 1000 * megabyte, 400 * 1000 * megabyte);
  alarm_broker broker{m.setting()};
  const std::string id = "system_memory_high_watermark", name = "high_system_memory_usage";
  BOOST_TEST(!broker.active(id));
  m.memory(1000 * 1000 * megabyte, 300 * 1000 * megabyte);
  broker.check_raised(id, name);
  BOOST_TEST(broker.record(name).at("message").as_string() == "System memory usage is higher than 70%");
  m.memory(1000 * 1000 * megabyte, 301 * 1000 * megabyte);
  broker.check_cleared(id, name);
}

// Messages that are retained take the broker's memory, and give it back.
BOOST_AUTO_TEST_CASE(memory_of_the_process, *boost::unit_test::precondition(unsanitized)) {
  machine m;
  m.memory(400 * megabyte, 390 * megabyte);
  alarm_broker broker{m.setting() +
                      "os_mon.procmem_high_watermark = 40%\nzone.external.max_packet_size = 64MB\n"
                      "retainer.max_payload_size = 64MB\n"};
  const std::string id = "process_memory_high_watermark", name = "high_process_memory_usage";
  BOOST_TEST(!broker.active(id));
  auto client = broker.mqtt({.client_id = "fat"});
  const std::string payload(40 * megabyte, 'x');
  for (int i = 0; i < 5; ++i)
    client->publish("fat/" + std::to_string(i), payload, 1, true);
  broker.check_raised(id, name);
  BOOST_TEST(broker.record(name).at("message").as_string() == "Process memory usage is higher than 40%");
  BOOST_TEST(broker.del("/retainer/messages").code() == 0);
  client->disconnect();
  broker.check_cleared(id, name);
}

BOOST_AUTO_TEST_CASE(actors_and_descriptors) {
  alarm_broker broker{"node.process_limit = 1024\nvm_mon.process_high_watermark = 20%\n"
                      "vm_mon.process_low_watermark = 10%\n"};
  std::vector<peer_ptr> clients; // two actors and a descriptor each
  for (int i = 0; i < 170; ++i)
    clients.push_back(broker.mqtt({.client_id = "c" + std::to_string(i)}));
  broker.check_raised("too_many_processes", "too_many_processes");
  // As many as there were when it was raised, which may be before the last client came.
  BOOST_TEST(std::stoi(broker.present("too_many_processes").at("desc").as_string().c_str()) > 204);
  const auto open = static_cast<rlim_t>(std::distance(
      std::filesystem::directory_iterator{"/proc/" + std::to_string(broker.pid()) + "/fd"}, {}));
  const rlimit few{open * 10 / 9, open * 10 / 9};
  BOOST_TEST_REQUIRE(::prlimit(broker.pid(), RLIMIT_NOFILE, &few, nullptr) == 0);
  broker.check_raised("too_many_descriptors", "too_many_descriptors");
  const auto details = broker.record("too_many_descriptors").at("details");
  BOOST_TEST(details.at("usage").as_double() >= 80.0);
  BOOST_TEST(details.at("high_watermark").as_double() == 80.0);
  clients.clear();
  broker.check_cleared("too_many_processes", "too_many_processes");
  broker.check_cleared("too_many_descriptors", "too_many_descriptors");
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read) {
  alarm_broker broker{"zone.external.max_write_buffer = 64KB\nlistener.tcp.external.sndbuf = 64KB\n"};
  mqtt_client slow{static_cast<std::uint16_t>(broker.mqtt_port()), protocol_version::v311, 32 * 1024};
  slow.connect(connect_options{.client_id = "slow/1", .username = "u"});
  slow.subscribe("fat", qos::at_most_once);
  auto fast = broker.mqtt({.client_id = "fast"});
  const std::string payload(50'000, 'x');
  const std::string id = "conn_congestion/slow%2F1/u";
  BOOST_TEST(eventually([&] {
    fast->publish("fat", payload);
    return broker.active(id);
  }));
  broker.check_raised(id, id);
  BOOST_TEST(broker.record(id).at("details").at("clientid").as_string() == "slow/1");
  BOOST_TEST(broker.record(id).at("details").at("unsent").as_int64() > 64 * 1024);
  while (broker.active(id)) // it reads
    slow.until_pingresp();
  broker.check_cleared(id, id);
  BOOST_TEST(eventually([&] {
    fast->publish("fat", payload);
    return broker.active(id);
  }));
  broker.del("/clients/slow%2F1"); // or it is gone
  broker.check_cleared(id, id);
}

BOOST_AUTO_TEST_CASE(by_hand) {
  machine m;
  m.memory(1000 * 1000 * megabyte, megabyte);
  alarm_broker broker{m.setting()};
  const std::string name = "high_system_memory_usage";
  broker.check_raised("system_memory_high_watermark", name);
  const auto path = "/alarms/deactivated";
  BOOST_TEST(broker.post(path, "{}").code() == 107);
  BOOST_TEST(broker.post(path, R"({"node":"emqx@127.0.0.1"})").code() == 107);
  BOOST_TEST(broker.post(path, R"({"node":5,"name":"x"})").status == 400);
  for (const char* body : {R"({"node":"emqx@127.0.0.1","name":"none"})",
                           R"({"node":"never@seen","name":"high_system_memory_usage"})"})
    BOOST_TEST(broker.post(path, body).text == R"({"code":102,"message":"not_found"})");
  BOOST_TEST(broker.post(path, R"({"node":"emqx@127.0.0.1","name":")" + name + "\"}").text ==
             R"({"code":0})");
  BOOST_TEST(broker.record(name, path).is_object());
  broker.check_raised("system_memory_high_watermark", name); // it is still so
  m.memory(1000 * 1000 * megabyte, 990 * 1000 * megabyte);
  broker.check_cleared("system_memory_high_watermark", name);
  std::size_t past = 0; // each time in 4.2, the last one in 4.1
  const auto found = broker.get("/nodes/emqx@127.0.0.1/alarms/deactivated");
  for (const auto& row : found.data().as_array())
    past += row.at("name").as_string() == name ? 1 : 0;
  BOOST_TEST(past == 2U);
  BOOST_TEST(broker.get("/alarms/history/emqx@127.0.0.1").data().as_array().size() == 1U);
  const auto all = broker.get("/alarms").data().at(0).as_object();
  BOOST_TEST(all.at("node").as_string() == "emqx@127.0.0.1");
  BOOST_TEST(all.at("alarms").as_array().size() == 2U);
  BOOST_TEST(broker.del("/nodes/emqx@127.0.0.1/alarms/deactivated").text == R"({"code":0})");
  BOOST_TEST(broker.get("/alarms/deactivated").data().at(0).at("alarms").as_array().empty());
}

BOOST_AUTO_TEST_CASE(in_the_topics) {
  machine m;
  m.memory(1000 * megabyte, 990 * megabyte);
  alarm_broker broker{m.setting()};
  auto client = broker.mqtt({.client_id = "watcher"});
  client->subscribe("$SYS/brokers/emqx@127.0.0.1/alarms/#", 1);
  m.memory(1000 * 1000 * megabyte, megabyte);
  std::vector<std::string> topics;
  for (int i = 0; i < 2; ++i) {
    const auto message = client->next();
    topics.push_back(message.topic.substr(message.topic.rfind('/') + 1));
    BOOST_TEST(!message.retain);
    const auto payload = boost::json::parse(message.payload);
    if (i == 0)
      BOOST_TEST(message.payload == R"({"id":"system_memory_high_watermark","desc":"[]"})");
    else
      BOOST_TEST(payload.at("name").as_string() == "high_system_memory_usage");
  }
  m.memory(1000 * megabyte, 990 * megabyte);
  for (int i = 0; i < 2; ++i) {
    const auto message = client->next();
    topics.push_back(message.topic.substr(message.topic.rfind('/') + 1));
    if (i == 0)
      BOOST_TEST(message.payload == R"({"id":"system_memory_high_watermark"})");
    else
      BOOST_TEST(!boost::json::parse(message.payload).at("activated").as_bool());
  }
  BOOST_TEST((topics == std::vector<std::string>{"alert", "activate", "clear", "deactivate"}));
}

BOOST_AUTO_TEST_CASE(flapping) {
  alarm_broker broker{"flapping_detect_policy = 3, 1m, 1h\nzone.external.enable_flapping_detect = on\n"};
  const auto come = [&](const char* id) {
    mqtt_client c{static_cast<std::uint16_t>(broker.mqtt_port()), protocol_version::v5};
    const auto reason = c.connect(id).reason;
    if (reason == reason_code::success)
      c.disconnect();
    return reason;
  };
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((come("f") == reason_code::success));
  BOOST_TEST(eventually([&] { return come("f") == reason_code::banned; }));
  BOOST_TEST((come("other") == reason_code::success));
  const auto ban = broker.get("/banned").data().at(0).as_object();
  BOOST_TEST(ban.at("who").as_string() == "f");
  BOOST_TEST(ban.at("as").as_string() == "clientid");
  BOOST_TEST(ban.at("by").as_string() == "flapping detector");
  BOOST_TEST(ban.at("reason").as_string() == "flapping is detected");
  BOOST_TEST(ban.at("until").as_int64() == ban.at("at").as_int64() + 3600);
  const std::string id = R"({flapping_detected,<<"f">>})", name = "flapping_detected/f";
  broker.check_raised(id, name);
  BOOST_TEST(broker.del("/banned/clientid/f").code() == 0);
  broker.check_cleared(id, name);
  BOOST_TEST((come("f") == reason_code::success));
}

BOOST_AUTO_TEST_CASE(no_flapping_unless_configured) {
  alarm_broker broker{"flapping_detect_policy = 2, 1m, 1h\n"};
  for (int i = 0; i < 6; ++i)
    broker.mqtt({.client_id = "f"})->disconnect();
  BOOST_TEST(broker.get("/banned").data().as_array().empty());
}

BOOST_AUTO_TEST_SUITE_END()
