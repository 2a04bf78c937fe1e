// What a client's row tells when its zone, or the client itself, sets other limits than the default ones.
#include "api/contract_world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe::test;

namespace {

struct limited_broker : served_broker {
  limited_broker()
      : served_broker("listener.tcp.external.zone = small\n"
                      "zone.small.max_subscriptions = 3\nzone.small.max_inflight = 2\n"
                      "zone.small.max_mqueue_len = 4\nzone.small.max_awaiting_rel = 5\n"
                      "zone.small.server_keepalive = 77\nzone.small.session_expiry_interval = 11m\n"
                      "zone.small.mountpoint = room/%c/\n") {}

  void check(const std::string& id, fields some) {
    differences found;
    const auto path = "/clients/" + id;
    BOOST_TEST(eventually([&] {
      found = broken(*this, gives(path, list({containing(some)})));
      return found.empty();
    }));
    for (const auto& d : found)
      BOOST_TEST_MESSAGE(d);
  }

  void publish_to(const std::string& topic, int messages) {
    for (int i = 0; i < messages; ++i)
      BOOST_TEST(post("/mqtt/publish", R"({"topic":")" + topic + R"(","payload":"x","qos":1,"clientid":"h"})")
                     .code() == 0);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(limited_clients)

BOOST_FIXTURE_TEST_CASE(limits_of_the_zone, limited_broker) {
  counted_client c{mqtt_port(), protocol_version::v311};
  c.connect({.clean_start = false, .keep_alive = 10, .client_id = "a"});
  check("a", {{"zone", is("small")},
              {"mountpoint", is("room/a/")},
              {"keepalive", is(77)},
              {"expiry_interval", is(660)},
              {"max_subscriptions", is(3)},
              {"max_inflight", is(2)},
              {"max_mqueue", is(4)},
              {"max_awaiting_rel", is(5)}});
  BOOST_TEST(get("/clients?zone=small").data().as_array().size() == 1u);
  BOOST_TEST(get("/clients?zone=external").data().as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(queues_that_run_over, limited_broker) {
  counted_client c{mqtt_port(), protocol_version::v311};
  c.connect({.clean_start = true, .client_id = "a"});
  c.subscribe("in", qos::at_least_once);
  publish_to("room/a/in", 9);
  check("a", {{"inflight", is(2)}, {"mqueue_len", is(4)}, {"mqueue_dropped", is(3)}, {"send_msg", is(2)}});
}

BOOST_FIXTURE_TEST_CASE(the_smaller_window_counts, limited_broker) {
  for (const int wanted : {1, 2, 9}) {
    const auto limit = numbers({{property::receive_maximum, static_cast<std::uint32_t>(wanted)}});
    counted_client c{mqtt_port(), protocol_version::v5};
    c.connect({.clean_start = true, .client_id = "a", .properties = limit.view()});
    check("a", {{"max_inflight", is(std::min(wanted, 2))}});
  }
}

BOOST_FIXTURE_TEST_CASE(a_row_follows_its_client, served_broker) {
  counted_client c{mqtt_port(), protocol_version::v311};
  c.connect({.clean_start = true, .client_id = "a"});
  const auto moved = [&](int inflight, int awaiting) {
    differences found;
    BOOST_TEST(eventually([&] {
      found = broken(*this, gives("/clients/a", list({containing({{"inflight", is(inflight)},
                                                                  {"awaiting_rel", is(awaiting)},
                                                                  {"recv_oct", is(c.total().recv_oct)},
                                                                  {"recv_pkt", is(c.total().recv_pkt)},
                                                                  {"recv_msg", is(c.total().recv_msg)},
                                                                  {"send_oct", is(c.total().send_oct)},
                                                                  {"send_pkt", is(c.total().send_pkt)},
                                                                  {"send_msg", is(c.total().send_msg)}})})));
      return found.empty();
    }));
    for (const auto& d : found)
      BOOST_TEST(false, d);
  };
  const auto acknowledge = [&](packet_type type, std::uint16_t id) {
    c.send(troupe::mqtt::ack{type, id, {}, {}});
  };
  c.subscribe("t", qos::exactly_once);
  c.send(troupe::mqtt::publish{.topic = "t", .payload = "x", .packet_id = 5, .level = qos::exactly_once});
  const packet first = c.next(), second = c.next(); // PUBREC and its copy, in either order
  moved(1, 1);
  acknowledge(packet_type::pubrel, 5);
  c.next();
  moved(1, 0);
  const auto& copy =
      std::get<troupe::mqtt::publish>(std::holds_alternative<troupe::mqtt::publish>(first) ? first : second);
  acknowledge(packet_type::pubrec, copy.packet_id);
  c.next();
  moved(1, 0);
  acknowledge(packet_type::pubcomp, copy.packet_id);
  c.send(troupe::mqtt::ping{packet_type::pingreq});
  c.next();
  moved(0, 0);
}

BOOST_AUTO_TEST_SUITE_END()
