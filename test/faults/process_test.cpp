// The process: its command line, its end, and clients that are killed in the middle.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace troupe::test;

namespace {

outcome check(std::string_view configuration) {
  temporary_folder folder;
  const auto file = folder.path() / "troupe.conf";
  write_text(file, configuration);
  return run({broker_binary(), "--check", "--config", file.string()});
}

bool says(const outcome& o, std::string_view text) { return o.output.find(text) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(version_and_help) {
  const auto version = run({broker_binary(), "--version"});
  BOOST_TEST(version.status == 0);
  BOOST_TEST(version.output == "Troupe " TROUPE_VERSION "\n");
  const auto help = run({broker_binary(), "--help"});
  BOOST_TEST(help.status == 0);
  for (const char* option : {"--config", "--check", "--version", "--data-dir", "--help-config"})
    BOOST_TEST(says(help, option), option);
  const auto settings = run({broker_binary(), "--help-config"});
  BOOST_TEST(settings.status == 0);
  BOOST_TEST(says(settings, "listener.tcp.<name> = 0.0.0.0:1883"));
}

BOOST_AUTO_TEST_CASE(wrong_arguments) {
  const auto unknown = run({broker_binary(), "--no-such-option"});
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(says(unknown, "no-such-option"));
  const auto missing = run({broker_binary(), "--config", "/no/such/file.conf"});
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(says(missing, "/no/such/file.conf"));
}

BOOST_AUTO_TEST_CASE(a_good_configuration) {
  const auto good = check("# nothing but a comment\nlistener.tcp.external = 127.0.0.1:1884\n");
  BOOST_TEST(good.status == 0);
  BOOST_TEST(says(good, "valid"));
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_named_with_file_line_and_key) {
  const auto bad = check("node.name = emqx@127.0.0.1\n\nzone.external.max_inflight = many\n");
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(says(bad, "troupe.conf:3"));
  BOOST_TEST(says(bad, "zone.external.max_inflight"));
  BOOST_TEST(says(bad, "many"));
}

// As the start reads them, which they would end.
BOOST_AUTO_TEST_CASE(bad_files_of_plugins_and_modules_are_named) {
  temporary_folder folder;
  const auto file = folder.path() / "loaded";
  for (const char* key : {"plugins.loaded_file", "modules.loaded_file"}) {
    const auto setting = std::string{key} + " = " + file.string() + "\n";
    write_text(file, "{emqx_retainer, true}.\n{emqx_auth_username, yes}.\n");
    const auto bad = check(setting);
    BOOST_TEST(bad.status == 1, key);
    BOOST_TEST(says(bad, file.string() + ": line 2"), bad.output);
    write_text(file, "{emqx_retainer, true}.\n");
    BOOST_TEST(check(setting).status == 0, key);
    std::filesystem::remove(file);
    BOOST_TEST(check(setting).status == 0, key); // not there yet
  }
}

// Listeners whose certificate the start would make have other files.
BOOST_AUTO_TEST_CASE(bad_settings_of_tls_are_named_without_a_certfile) {
  for (const std::string key : {"listener.ssl.external", "management.listener.https"}) {
    BOOST_TEST(check(key + " = 127.0.0.1:0\n").status == 0, key);
    for (const std::string more : {".ciphers = NONE-SUCH", ".cacertfile = none.pem"}) {
      const auto bad = check(key + " = 127.0.0.1:0\n" + key + more + "\n");
      BOOST_TEST(bad.status == 1, key + more);
      BOOST_TEST(says(bad, key + ": c"), bad.output);
    }
  }
  BOOST_TEST(says(check("listener.wss.x = 127.0.0.1:0\nlistener.wss.x.dhfile = none.pem\n"), "dhfile"));
}

BOOST_AUTO_TEST_CASE(missing_keys_of_a_loaded_plugin_are_named) {
  temporary_folder folder;
  const auto file = folder.path() / "loaded";
  const auto setting = "psk.file.path = none.txt\nplugins.loaded_file = " + file.string() + "\n";
  BOOST_TEST(check(setting).status == 0);
  BOOST_TEST(says(check(setting + "plugins.load = emqx_psk_file\n"), "none.txt: cannot be read"));
  write_text(file, "{emqx_psk_file, true}.\n");
  const auto bad = check(setting);
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(says(bad, "none.txt: cannot be read"));
  const auto setting_of = [&](const char* key) { return key + (" = " + folder.path().string()) + "\n"; };
  BOOST_TEST(says(check(setting + setting_of("psk.file.path")), "cannot be read (it is a folder)"));
  for (const char* key : {"plugins.loaded_file", "modules.loaded_file"})
    BOOST_TEST(says(check(setting_of(key)), folder.path().string() + ": it is a folder"), key);
  write_text(file, "{emqx_psk_file, false}.\n"); // which counts, now that it is there
  BOOST_TEST(check(setting + "plugins.load = emqx_psk_file\n").status == 0);
}

BOOST_AUTO_TEST_CASE(plugins_of_authentication_that_are_not_there_are_named) {
  const auto bad = check("plugins.load = emqx_auth_mongo,emqx_auth_http\n");
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(says(bad, "the plugin emqx_auth_mongo is to be loaded"));
  BOOST_TEST(!says(bad, "emqx_auth_http"));
  BOOST_TEST(check("plugins.load = emqx_lua_hook\n").status == 0); // others decide nothing
}

BOOST_AUTO_TEST_CASE(bad_access_rules_are_named_with_file_and_line) {
  temporary_folder folder;
  const auto file = folder.path() / "acl.conf";
  write_text(file, "{allow, all}.\n\n{deny, al}.\n{permit, all}.\n");
  const auto bad = check("acl_file = " + file.string() + "\n");
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(says(bad, file.string() + ":3: expected all"));
  BOOST_TEST(says(bad, file.string() + ":4: expected allow or deny, not permit"));
  const auto missing = check("acl_file = none.conf\n");
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(says(missing, "none.conf: cannot be read"));
  // The one beside the configuration is read without being named, and an open broker is no answer to an
  // error.
  write_text(folder.path() / "troupe.conf",
             "listener.tcp.external = 127.0.0.1:0\nlistener.tcp.internal = off\n"
             "management.listener.http = off\nnode.data_dir = data\n");
  const auto started = run({broker_binary(), "--config", (folder.path() / "troupe.conf").string()});
  BOOST_TEST(started.status == 1);
  BOOST_TEST(says(started, file.string() + ":3: expected all"));
  BOOST_TEST(says(started, "the first of 2 errors"));
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_only_a_warning) {
  const auto odd = check("no.such.key = 1\n");
  BOOST_TEST(odd.status == 0);
  BOOST_TEST(says(odd, "troupe.conf:1"));
  BOOST_TEST(says(odd, "no.such.key"));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken) {
  broker_process first;
  temporary_folder folder;
  const auto file = folder.path() / "troupe.conf";
  write_text(file, "listener.tcp.external = 127.0.0.1:" + std::to_string(first.mqtt_port()) +
                       "\nlistener.tcp.internal = off\nmanagement.listener.http = off\n");
  const auto second = run({broker_binary(), "--config", file.string()});
  BOOST_TEST(second.status == 1);
  BOOST_TEST(says(second, "listener.tcp.external"));
  BOOST_TEST(says(second, std::to_string(first.mqtt_port())));
}

// Told once, with its key: on standard error, and in the log's file where there is one.
BOOST_AUTO_TEST_CASE(a_port_of_the_api_that_is_taken) {
  broker_process first;
  const auto port = std::to_string(first.http_port());
  const auto problem =
      "management.listener.http: cannot listen on 127.0.0.1:" + port + ": Address already in use";
  for (const std::string to : {"console", "file", "both", "off"}) {
    temporary_folder folder;
    const auto file = folder.path() / "troupe.conf";
    write_text(file, "listener.tcp.external = 127.0.0.1:0\nlistener.tcp.internal = off\n"
                     "management.listener.http = 127.0.0.1:" +
                         port + "\nlog.to = " + to + "\nlog.level = emergency\n");
    const auto second = run({broker_binary(), "--config", file.string()});
    BOOST_TEST(second.status == 1);
    BOOST_TEST(second.output == "troupe: " + problem + "\n", to);
    if (to == "file" || to == "both") {
      const auto log = read_text(folder.path() / "log" / "troupe.log");
      BOOST_TEST(log.ends_with(" [error] " + problem + "\n"), log);
      BOOST_TEST(std::count(log.begin(), log.end(), '\n') == 1);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

// reference/observability.md section 6.
BOOST_AUTO_TEST_SUITE(log_lines)

namespace {

// The messages of the lines about clients, with level and name; each line must begin with its time.
std::vector<std::string> client_lines(const std::string& log) {
  static const std::regex form{R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (\[[a-z]+\] .*))"};
  std::vector<std::string> lines;
  std::istringstream in{log};
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    if (!std::regex_match(line, parts, form))
      throw unexpected{"not the form of a log line: " + line};
    auto text = parts[1].str();
    if (text.find("[Channel]") == std::string::npos)
      continue;
    // the client's port differs from run to run
    lines.push_back(std::regex_replace(text, std::regex{R"(@127\.0\.0\.1:\d+ )"}, "@127.0.0.1:PORT "));
  }
  return lines;
}

} // namespace

BOOST_AUTO_TEST_CASE(clients_come_and_go) {
  broker_process broker{"log.level = info\n"};
  auto c = connected(broker.mqtt_port(), "kitchen");
  c.disconnect();
  mqtt_client forger{broker.mqtt_port(), protocol_version::v5};
  forger.connect("a\nb");
  forger.send_bytes(hex("00 00")); // no such packet
  forger.expect_disconnect(reason_code::malformed_packet);
  const std::vector<std::string> wanted{
      "[info] kitchen@127.0.0.1:PORT [Channel] connected by MQTT 3.1.1 to 127.0.0.1:" +
          std::to_string(broker.mqtt_port()),
      "[info] kitchen@127.0.0.1:PORT [Channel] disconnected: normal"};
  const auto lines = [&] { return client_lines(broker.log()); };
  BOOST_TEST(eventually([&] { return lines().size() >= 5; }));
  const auto got = lines();
  BOOST_TEST_REQUIRE(got.size() == 5U);
  BOOST_TEST(got[0] == wanted[0]);
  BOOST_TEST(got[1] == wanted[1]);
  BOOST_TEST(got[2].starts_with("[info] a\\x0ab@127.0.0.1:PORT [Channel] connected by MQTT 5.0"), got[2]);
  BOOST_TEST(got[3].starts_with("[warning] a\\x0ab@127.0.0.1:PORT [Channel] "), got[3]);
  BOOST_TEST(got[4].starts_with("[info] a\\x0ab@127.0.0.1:PORT [Channel] disconnected: "), got[4]);
}

BOOST_AUTO_TEST_CASE(what_peers_do_wrong_fills_no_disk) {
  broker_process broker;
  for (int i = 0; i < 300; ++i) {
    mqtt_client c{broker.mqtt_port()};
    c.send_bytes(hex("20 00")); // CONNACK from a client
    c.expect_closed();
  }
  BOOST_TEST(broker.terminate() == 0); // all lines are there
  const auto log = broker.log();
  const auto lines = std::count(log.begin(), log.end(), '\n');
  BOOST_TEST(lines > 0);
  BOOST_TEST(lines < 200);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_end)

BOOST_AUTO_TEST_CASE(a_stop_tells_the_clients) {
  broker_process broker;
  std::vector<std::unique_ptr<mqtt_client>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<mqtt_client>(broker.mqtt_port(), i % 2 == 0 ? protocol_version::v5
                                                                                   : protocol_version::v311));
    clients.back()->connect("stop-" + std::to_string(i));
  }
  mqtt_client idle{broker.mqtt_port()}; // has not sent CONNECT
  int status = -1;
  std::thread stopper{[&] { status = broker.terminate(seconds{5}); }};
  for (auto& c : clients)
    c->expect_disconnect(reason_code::server_shutting_down);
  clients.clear();
  idle.expect_closed();
  stopper.join();
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_client_that_stays) {
  broker_process broker;
  auto stubborn = connected(broker.mqtt_port(), "stubborn");
  const auto begin = clock::now();
  BOOST_TEST(broker.terminate(seconds{5}) == 0);
  BOOST_TEST((clock::now() - begin < seconds{5}));
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_dies_loses_nothing_at_qos_1_and_2) {
  broker_process broker;
  for (const auto level : {qos::at_least_once, qos::exactly_once}) {
    const std::string name = level == qos::at_least_once ? "dies1" : "dies2";
    auto publisher = connected(broker.mqtt_port(), name + "-publisher");
    {
      mqtt_client first{broker.mqtt_port()};
      first.connect(name, false);
      first.subscribe(name + "/#", level);
      for (int i = 0; i < 20; ++i)
        publisher.publish(name + "/t", std::to_string(i), level);
      for (int i = 0; i < 5; ++i)
        BOOST_TEST(first.expect_message().payload == std::to_string(i));
      first.socket().abort();
    }
    for (int i = 20; i < 40; ++i)
      publisher.publish(name + "/t", std::to_string(i), level);
    mqtt_client again{broker.mqtt_port()};
    BOOST_TEST(again.connect(name, false).session_present);
    std::vector<std::string> got;
    while (got.empty() || got.back() != "39")
      got.emplace_back(again.expect_message().payload);
    // What was acknowledged may not come again; all else comes, in order.
    std::vector<std::string> wanted;
    for (int i = 40 - static_cast<int>(got.size()); i < 40; ++i)
      wanted.push_back(std::to_string(i));
    BOOST_TEST(got == wanted, boost::test_tools::per_element());
    BOOST_TEST(got.size() >= 35U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
