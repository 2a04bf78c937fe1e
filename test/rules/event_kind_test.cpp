#include "troupe/rules/event_kind.hpp"
#include "troupe/rules/event_record.hpp"
#include "troupe/rules/query.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace troupe::rules {

namespace {

std::string select_all(const event_record& r) {
  const auto parsed = query::parse("SELECT * FROM \"x\"");
  workspace w;
  const record_event e{r, "n", "rule:1"};
  BOOST_TEST_REQUIRE(std::get<query>(parsed).run(e, w).matched());
  std::string out;
  query::output(w, 0).append_json(out);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_event_kinds)

BOOST_AUTO_TEST_CASE(names) {
  for (const auto& row : event_table()) {
    BOOST_TEST(static_cast<std::size_t>(row.kind) == static_cast<std::size_t>(&row - event_table().data()));
    if (row.kind != event_kind::message_publish)
      BOOST_TEST(events_of(row.topic) == bit_of(row.kind), row.topic);
  }
  BOOST_TEST(events_of("$events/message_publish") == 0u);
  BOOST_TEST(events_of("$events/none") == 0u);
  BOOST_TEST(events_of("$events/client_connected/x") == 0u);
  BOOST_TEST(events_of("#") == 0u);
  BOOST_TEST(events_of("$events/#/x") == 0u);
  BOOST_TEST(events_of("$events/#") == (1u << event_kind_count) - 2);
}

BOOST_AUTO_TEST_CASE(samples_have_all_columns) {
  for (const auto& row : event_table()) {
    const auto sample = sample_event(row.kind, "n", 5);
    BOOST_TEST(sample.size() == row.columns.size());
    BOOST_TEST(sample.at("event").as_string() == row.name);
    for (const auto c : row.tested)
      BOOST_TEST(sample.contains(boost::json::string_view{to_string(c).data(), to_string(c).size()}),
                 row.name);
  }
}

BOOST_AUTO_TEST_CASE(an_event_of_a_message) {
  mqtt::message_parts parts;
  parts.topic = "t";
  parts.payload = "p";
  parts.timestamp = 7;
  parts.level = mqtt::qos::exactly_once;
  parts.from = mqtt::publisher::make("from", "f", "h", {});
  event_record r;
  r.kind = event_kind::delivery_dropped;
  r.at = 9;
  r.client = mqtt::publisher::make("to", "", "g", {});
  r.message = mqtt::message::make(parts);
  r.level = mqtt::qos::at_least_once;
  r.reason = "queue_full";
  const auto all = select_all(r);
  const auto has = [&](const char* text) {
    BOOST_TEST(all.find(text) != std::string::npos, text << " in " << all);
  };
  has(R"("event":"delivery.dropped")");
  has(R"("reason":"queue_full","from_clientid":"from","from_username":"f","clientid":"to","username":"undefined")");
  has(R"("payload":"p","peerhost":"g","topic":"t","qos":1,"flags":{"retain":false,"dup":false},"pub_props":{})");
  has(R"("publish_received_at":7,"timestamp":9,"node":"n","metadata":{"rule_id":"rule:1"})");
}

BOOST_AUTO_TEST_CASE(an_event_of_a_connection) {
  event_record r;
  r.kind = event_kind::client_disconnected;
  r.at = 9;
  r.client = mqtt::publisher::make("c", "u", "h", {});
  r.reason = "normal";
  connection_facts facts;
  facts.peername = "1.2.3.4:5";
  facts.sockname = "0.0.0.0:1883";
  facts.proto_name = "MQTT";
  facts.proto_ver = 5;
  r.connection = std::make_unique<connection_facts>(std::move(facts));
  BOOST_TEST(
      select_all(r) ==
      R"({"event":"client.disconnected","reason":"normal","clientid":"c","username":"u",)"
      R"("peername":"1.2.3.4:5","sockname":"0.0.0.0:1883","proto_name":"MQTT","proto_ver":5,)"
      R"("disconnected_at":9,"disconn_props":{},"timestamp":9,"node":"n","metadata":{"rule_id":"rule:1"}})");
}

BOOST_AUTO_TEST_CASE(the_properties_of_its_packet) {
  mqtt::property_writer sent, of_connect;
  sent.user_property("k", "1").user_property("k", "2").user_property("l", "3");
  sent.text(mqtt::property::reason_string, "why").number(mqtt::property::session_expiry_interval, 7);
  of_connect.number(mqtt::property::receive_maximum, 9).text(mqtt::property::authentication_method, "M");
  event_record r;
  r.kind = event_kind::client_connack;
  r.reason = "banned";
  r.properties = sent.view().raw();
  connection_facts facts;
  facts.properties = of_connect.view().raw();
  r.connection = std::make_unique<connection_facts>(std::move(facts));
  const auto all = select_all(r);
  const auto has = [&](const char* text) {
    BOOST_TEST(all.find(text) != std::string::npos, text << " in " << all);
  };
  has(R"("reason_code":"banned")");
  has(R"("conn_props":{"Receive-Maximum":9,"Authentication-Method":"M"})");
  has(R"("conn_ack_props":{"User-Property":{"k":"2","l":"3"},"User-Property-Pairs":[{"key":"k","value":"1"},)"
      R"({"key":"k","value":"2"},{"key":"l","value":"3"}],"Reason-String":"why","Session-Expiry-Interval":7})");
}

BOOST_AUTO_TEST_CASE(the_properties_of_a_message) {
  mqtt::property_writer sent;
  sent.text(mqtt::property::content_type, "text/plain").number(mqtt::property::payload_format_indicator, 1);
  mqtt::message_parts parts;
  parts.topic = "t";
  parts.properties = sent.view().raw();
  parts.expiry = 30;
  event_record r;
  r.kind = event_kind::message_acked;
  r.message = mqtt::message::make(parts);
  const auto all = select_all(r);
  BOOST_TEST(all.find(R"("pub_props":{"Content-Type":"text/plain","Payload-Format-Indicator":1,)"
                      R"("Message-Expiry-Interval":30},"puback_props":{})") != std::string::npos,
             all);
}

// Every property has a name, and it is the specification's: words with capitals between hyphens.
BOOST_AUTO_TEST_CASE(names_of_properties) {
  event_record r;
  r.kind = event_kind::session_subscribed;
  mqtt::property_writer sent;
  for (unsigned id = 1; id <= 0x2A; ++id)
    sent.number(static_cast<mqtt::property>(id), id).text(static_cast<mqtt::property>(id), "x");
  r.properties = sent.view().raw();
  const auto all = select_all(r);
  BOOST_TEST(all.find(R"("":)") == std::string::npos, all);
  BOOST_TEST(all.find(R"("Subscription-Identifier":11)") != std::string::npos, all);
  BOOST_TEST(all.find(R"("Shared-Subscription-Available":42)") != std::string::npos, all);
  BOOST_TEST(all.find(R"("Server-Reference":"x")") != std::string::npos, all);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules
