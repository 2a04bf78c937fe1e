// No Local goes by the client id of whoever published, also where no session of its own stands behind a
// message.
#include "protocol/fixture.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct delaying_broker : suite_broker {
  delaying_broker()
      : suite_broker("modules.load = emqx_mod_delayed\nnode.io_threads = 3\nbroker.sys_heartbeat = 200ms\n") {
  }
};

mqtt::subscription_options no_local() { return {.level = qos1, .no_local = true}; }

void publish_by_api(const std::string& topic, const std::string& client_id) {
  const auto body =
      R"({"topic":")" + topic + R"(","payload":"by the API","qos":1,"clientid":")" + client_id + R"("})";
  const auto reply = http_request(suite_broker::get().http_port(), "POST", "/api/v4/mqtt/publish", body);
  BOOST_TEST(reply.body == R"({"code":0})");
}

std::int64_t left_out() { return metric(suite_broker::get().http_port(), "delivery.dropped.no_local"); }

} // namespace

BOOST_AUTO_TEST_SUITE(no_local_by_client_id, *boost::unit_test::fixture<delaying_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_3_no_local_in_a_later_session) {
  const auto t = unique("t"), id = unique("c");
  const auto before = left_out();
  auto first = client(connect_options{.client_id = id});
  first.publish("$delayed/3/" + t, "mine", qos1);
  first.disconnect();
  auto c = client(connect_options{.client_id = id});
  c.subscribe(t, no_local());
  auto other = client();
  other.subscribe(t, no_local());
  BOOST_TEST(brief(other.expect_message()) == t + " mine 1");
  BOOST_TEST(eventually([&] { return left_out() == before + 1; })); // maybe another thread's
  expect_fence(c, other, t);
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_3_no_local_of_what_the_api_publishes) {
  const auto t = unique("t"), id = unique("c");
  const auto before = left_out();
  auto c = client(connect_options{.client_id = id});
  c.subscribe(t, no_local());
  publish_by_api(t, id);
  BOOST_TEST(eventually([&] { return left_out() == before + 1; }));
  for (const auto& somebody : {std::string{}, id + "x", std::string{"http"}}) {
    publish_by_api(t, somebody);
    BOOST_TEST(brief(c.expect_message()) == t + " by the API 1");
  }
  c.subscribe(t, qos1); // it wants its own now
  publish_by_api(t, id);
  BOOST_TEST(brief(c.expect_message()) == t + " by the API 1");
}

BOOST_AUTO_TEST_CASE(no_local_and_messages_of_nobody) {
  auto c = client();
  c.subscribe("$SYS/brokers/+/uptime", no_local());
  BOOST_TEST(c.expect<mqtt::publish>().payload.ends_with(" seconds"));
}

BOOST_AUTO_TEST_SUITE_END()
