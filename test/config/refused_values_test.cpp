// Values that would make something else of the broker than who wrote them meant.
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

loaded_settings load(const std::string& text) { return load_settings(text, "/etc/troupe/troupe.conf", {}); }

bool refused(const std::string& text, std::string_view why = "is not valid") {
  const auto errors = load(text).errors;
  return errors.size() == 1 && errors[0].find(why) != std::string::npos;
}

std::string zones(const loaded_settings& l) { return l.values.zones.at("external").mountpoint; }

std::optional<std::string> own(const loaded_settings& l) {
  const auto& all = l.values.listeners;
  return std::find_if(all.begin(), all.end(), [](const auto& each) { return each.name == "external"; })
      ->mountpoint;
}

} // namespace

BOOST_AUTO_TEST_SUITE(refused_values)

BOOST_AUTO_TEST_CASE(a_mount_point_of_none_is_none) {
  BOOST_TEST(zones(load("")).empty());
  BOOST_TEST(zones(load("zone.external.mountpoint = none\n")).empty());
  BOOST_TEST(zones(load("zone.external.mountpoint =\n")).empty());
  const std::string zone = "zone.external.mountpoint = z/%c/\n";
  BOOST_TEST(zones(load(zone)) == "z/%c/");
  BOOST_TEST(!own(load(zone)).has_value());
  BOOST_TEST(!own(load(zone + "listener.tcp.external.mountpoint =\n")).has_value());
  BOOST_TEST(own(load(zone + "listener.tcp.external.mountpoint = none\n")).value_or("x").empty());
  BOOST_TEST(own(load(zone + "listener.tcp.external.mountpoint = l/%u/\n")).value_or("") == "l/%u/");
}

BOOST_AUTO_TEST_CASE(a_mount_point_is_the_begin_of_a_topic) {
  for (const std::string key : {"zone.external.mountpoint", "listener.tcp.external.mountpoint"}) {
    for (const std::string bad : {"a/+/", "#", "a#", "$share/g/", "$SYS/", "\xff/"})
      BOOST_TEST(refused(key + " = " + bad + "\n"), key + " = " + bad);
    for (const std::string good : {"%c/", "a/%u/", "/", "a$b/", "ger\xC3\xA4t/"})
      BOOST_TEST(load(key + " = " + good + "\n").errors.empty(), key + " = " + good);
  }
}

BOOST_AUTO_TEST_CASE(the_name_of_a_node_is_a_level_of_topics) {
  for (const std::string bad : {"a+@b", "a@#", "a/b@c", "a@b\x01", "a@b\x7f", "a b@c", "a@b\xff", "@b", "a@"})
    BOOST_TEST(refused("node.name = " + bad + "\n"), bad);
  BOOST_TEST(load("node.name = tr\xC3\xA4ger-1_x@host.example\n").errors.empty());
}

BOOST_AUTO_TEST_CASE(durations_have_an_end) {
  for (const std::string key :
       {"broker.sys_interval", "zone.external.idle_timeout", "os_mon.cpu_check_interval"})
    for (const std::string bad : {"9223372036854775808", "99999999999999999999s", "1d99999999999999999999h"})
      BOOST_TEST(refused(key + " = " + bad + "\n"), key + " = " + bad);
  for (const std::string longest : {"3650d", "3650d1ms", "3651d", "9999999h", "4294967295", "4294967295s",
                                    "9223372036854775807f", "3650d9223372036854775807f1s"}) {
    const auto l = load("broker.sys_interval = " + longest + "\n");
    BOOST_TEST(l.errors.empty(), longest);
    BOOST_TEST((l.values.broker.sys_interval == 3650 * 24h), longest);
  }
}

BOOST_AUTO_TEST_CASE(sessions_may_live_for_ever) {
  const auto expiry = [](const std::string& text) {
    const auto l = load("zone.external.session_expiry_interval = " + text + "\n");
    BOOST_TEST(l.errors.empty(), text);
    return l.values.zones.at("external").session_expiry_interval;
  };
  for (const std::string never : {"4294967295", "4294967295s", "4294967296s", "9223372036854775807f"})
    BOOST_TEST((expiry(never) == 4'294'967'295s), never);
  BOOST_TEST((expiry("4294967294s999ms") == 4'294'967'294'999ms));
  BOOST_TEST((expiry("4000d") == 4000 * 24h));
  BOOST_TEST(refused("zone.external.session_expiry_interval = ever\n"));
}

BOOST_AUTO_TEST_CASE(numbers_are_digits) {
  for (const std::string key : {"zone.external.keepalive_backoff", "auth.http.request.retry_backoff",
                                "os_mon.cpu_high_watermark", "vm_mon.fd_low_watermark"})
    for (const std::string bad : {"nan", "inf", "-inf", "nan(1)", "1e1", "0x1"})
      BOOST_TEST(refused(key + " = " + bad + "\n"), key + " = " + bad);
  BOOST_TEST(load("zone.external.keepalive_backoff = 1.25\n").values.zones.at("external").keepalive_backoff ==
             1.25);
}

BOOST_AUTO_TEST_CASE(watermarks_do_not_cross) {
  for (const std::string head : {"os_mon.cpu", "vm_mon.process", "vm_mon.fd"}) {
    BOOST_TEST(refused(head + "_high_watermark = 50%\n", "is below " + head + "_low_watermark, which is 60%"),
               head);
    BOOST_TEST(refused(head + "_low_watermark = 82.5%\n", "which is 82.5%"), head);
    BOOST_TEST(load(head + "_high_watermark = 50%\n" + head + "_low_watermark = 50%\n").errors.empty(), head);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_path_is_none) {
  for (const std::string key : {"node.data_dir", "log.dir", "log.file", "os_mon.procfs"})
    BOOST_TEST(refused(key + " =\n", "expected a path"), key);
}

BOOST_AUTO_TEST_CASE(lines_that_are_none) {
  const std::string zero(1, '\0');
  for (const auto& line : {"log.level = in" + zero + "fo\n", "log." + zero + "level = info\n", zero + "\n"})
    BOOST_TEST(load(line).errors ==
                   std::vector<std::string>{"/etc/troupe/troupe.conf:1: a zero byte, which no text has"},
               boost::test_tools::per_element());
  BOOST_TEST(refused("include more.conf\n", "troupe.conf:1: there is no include"));
  BOOST_TEST(refused("included\n", "expected \"key = value\""));
}

BOOST_AUTO_TEST_CASE(names_that_are_none) {
  for (const std::string head : {"listener.tcp.", "listener.wss."})
    BOOST_TEST(refused(head + " = 1999\n", ":1: " + head + ": a name is missing"), head);
  BOOST_TEST(refused("listener.tcp..zone = internal\n", "a name is missing behind listener.tcp."));
  BOOST_TEST(refused("zone..max_inflight = 1\n", "a name is missing behind zone."));
  BOOST_TEST(
      refused("listener.tcp.external.access.x = allow all\n",
              "expected a number behind listener.tcp.external.access., for rules go by their numbers"));
  BOOST_TEST(load("listener.tcp.external.access.10 = deny all\n").errors.empty());
}

BOOST_AUTO_TEST_CASE(all_addresses_are_those_of_both_families) {
  const std::string clash = "another listener has the address";
  BOOST_TEST(refused("listener.tcp.external = [::]:1884\nlistener.tcp.two = 0.0.0.0:1884\n", clash));
  BOOST_TEST(refused("listener.tcp.external = 0.0.0.0:1884\nlistener.tcp.two = [::]:1884\n", clash));
  BOOST_TEST(refused("listener.tcp.external = [::]:1884\nlistener.tcp.two = 127.0.0.1:1884\n", clash));
  BOOST_TEST(refused("listener.tcp.external = [::1]:1884\nlistener.tcp.two = [::]:1884\n", clash));
  BOOST_TEST(refused("management.listener.http = [::]:1883\n", clash));
  BOOST_TEST(load("listener.tcp.external = [::1]:1884\nlistener.tcp.two = 0.0.0.0:1884\n").errors.empty());
}

BOOST_AUTO_TEST_SUITE_END()
