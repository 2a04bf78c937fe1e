// The module emqx_mod_acl_internal: acl_file is read at the start, again on demand, and switched off.
#include "api/fixture.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::test;
using troupe::mqtt::reason_code;

const temporary_folder rules;
const auto file = rules.path() / "acl.conf";

// Topic `a` is denied, all else allowed.
std::string first_rules() {
  write_text(file, "{deny, all, publish, [\"a\"]}.\n{allow, all}.\n");
  return "acl_file = " + file.string() + "\nnode.io_threads = 3\nacl_nomatch = deny\n";
}

struct ruled_broker : served_broker {
  ruled_broker() : served_broker(first_rules()) {}

  // A client that remembers nothing.
  reason_code publish(const char* topic) {
    auto c = connected(static_cast<std::uint16_t>(mqtt_port()), "fresh", troupe::mqtt::protocol_version::v5);
    return c.publish(topic, "x", troupe::mqtt::qos::at_least_once);
  }
  bool may(const char* topic) { return publish(topic) != reason_code::not_authorized; }

  std::string switch_module(const std::string& how) {
    return put("/modules/emqx_mod_acl_internal/" + how).text;
  }
};

constexpr const char* done = R"({"code":0})";

} // namespace

BOOST_AUTO_TEST_SUITE(access_file)

BOOST_FIXTURE_TEST_CASE(it_is_read_again, ruled_broker) {
  auto c = connected(static_cast<std::uint16_t>(mqtt_port()), "c", troupe::mqtt::protocol_version::v5);
  const auto c_may = [&c](const char* topic) {
    return c.publish(topic, "x", troupe::mqtt::qos::at_least_once) != reason_code::not_authorized;
  };
  BOOST_TEST(!c_may("a"));
  BOOST_TEST(c_may("b"));
  write_text(file, "{deny, all, publish, [\"b\"]}.\n{allow, all}.\n");
  BOOST_TEST(!may("a")); // nobody has said so yet
  BOOST_TEST(switch_module("reload") == done);
  BOOST_TEST(may("a"));
  BOOST_TEST(!may("b"));
  BOOST_TEST(!c_may("a")); // it remembers, as with EMQ X
  BOOST_TEST(c_may("b"));
  BOOST_TEST(del("/clients/c/acl_cache").text == done);
  BOOST_TEST(c_may("a"));
  BOOST_TEST(!c_may("b"));
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_changes_nothing, ruled_broker) {
  write_text(file, "{allow, all}.\n{deny, nobody}.\n");
  BOOST_TEST(switch_module("reload") == done);
  BOOST_TEST(!may("a"));
  BOOST_TEST(may("b"));
  BOOST_TEST(process().has_logged("acl.conf:2: expected all, {user, ...}"));
  std::filesystem::remove(file);
  BOOST_TEST(switch_module("reload") == done);
  BOOST_TEST(!may("a"));
  BOOST_TEST(process().has_logged("acl.conf: cannot be read"));
}

// Troupe's own: who asks for it is told.
BOOST_FIXTURE_TEST_CASE(a_bad_file_is_told_if_wished, ruled_broker) {
  const auto strictly = [this] { return put("/modules/emqx_mod_acl_internal/reload?strict=true"); };
  write_text(file, "{allow, all}.\n{deny, nobody}.\n");
  const auto bad = strictly();
  BOOST_TEST(bad.code() == 102);
  BOOST_TEST(bad.text.find(file.string() + ":2: expected all, {user, ...}") != std::string::npos, bad.text);
  BOOST_TEST(!may("a")); // the rules stay
  BOOST_TEST(may("b"));
  BOOST_TEST(process().has_logged("acl.conf:2: expected all, {user, ...}"));
  write_text(file, "{deny, all, publish, [\"b\"]}.\n{allow, all}.\n");
  BOOST_TEST(strictly().text == done);
  BOOST_TEST(may("a"));
  BOOST_TEST(!may("b"));
  BOOST_TEST(put("/modules/emqx_mod_presence/reload?strict=true").text == done); // it has no file
  BOOST_TEST(put("/modules/emqx_mod_acl_internal/reload?strict=maybe").status == 400);
  BOOST_TEST(switch_module("unload") == done);
  BOOST_TEST(strictly().text == R"({"code":111,"message":"not_started"})");
}

BOOST_FIXTURE_TEST_CASE(it_is_switched, ruled_broker) {
  BOOST_TEST(switch_module("load") == R"({"code":110,"message":"already_started"})");
  BOOST_TEST(switch_module("unload") == done);
  BOOST_TEST(!may("b")); // acl_nomatch decides
  BOOST_TEST(switch_module("unload") == R"({"code":111,"message":"not_started"})");
  BOOST_TEST(switch_module("reload") == done); // but it stays off
  BOOST_TEST(!may("b"));
  write_text(file, "{deny, nobody}.\n");
  const reply refused = put("/modules/emqx_mod_acl_internal/load");
  BOOST_TEST(refused.code() == 102);
  BOOST_TEST(refused.text.find("acl.conf:1: expected all") != std::string::npos);
  BOOST_TEST(switch_module("unload") == R"({"code":111,"message":"not_started"})");
  first_rules();
  BOOST_TEST(switch_module("load") == done);
  BOOST_TEST(!may("a"));
  BOOST_TEST(may("b"));
}

BOOST_FIXTURE_TEST_CASE(off_outlives_a_restart, ruled_broker) {
  BOOST_TEST(switch_module("unload") == done);
  BOOST_TEST(process().terminate() == 0);
  write_text(file, "{");
  process().start_again(); // the file does not matter
  BOOST_TEST(!may("b"));
  BOOST_TEST(process().has_logged("emqx_mod_acl_internal is off"));
}

BOOST_AUTO_TEST_CASE(the_oldest_of_the_cache_goes) {
  served_broker broker{"acl_cache_max_size = 2\n"};
  const peer_ptr c = broker.mqtt({.client_id = "c"});
  for (const char* topic : {"1", "2", "3", "2"})
    c->publish(topic, "x", 1);
  const reply remembered = broker.get("/clients/c/acl_cache");
  const auto rows = remembered.data().as_array();
  BOOST_TEST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0].at("topic").as_string() == "2");
  BOOST_TEST(rows[1].at("topic").as_string() == "3");
}

BOOST_AUTO_TEST_CASE(without_a_cache_nothing_is_remembered) {
  served_broker broker{"enable_acl_cache = off\n"};
  const peer_ptr c = broker.mqtt({.client_id = "c"});
  c->publish("1", "x", 1);
  c->publish("1", "x", 1);
  BOOST_TEST(broker.get("/clients/c/acl_cache").text == R"({"code":0,"data":[]})");
  BOOST_TEST(broker.get("/nodes/emqx@127.0.0.1/metrics").data().at("client.check_acl").as_int64() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
