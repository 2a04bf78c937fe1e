// The rules of one connection, packet by packet.
#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

namespace {

constexpr auto v31 = protocol_version::v31;
constexpr auto v4 = protocol_version::v311;
constexpr auto v5 = protocol_version::v5;

struct channel_fixture {
  channel_limits limits;
  channel c{limits};
  connect_request request;
  property_writer properties; // of the CONNECT
  property_writer answered;   // of the CONNACK

  connect packet(protocol_version version = v5, std::string_view client_id = "me", bool clean = true) {
    connect p;
    p.version = version;
    p.client_id = client_id;
    p.clean_start = clean;
    p.properties = properties.view();
    return p;
  }

  reason_code try_connect(const connect& p) {
    request = {};
    return c.on_connect(p, "fresh", request);
  }

  // Connected as a client of `version`.
  void open(protocol_version version = v5) {
    BOOST_REQUIRE((try_connect(packet(version)) == reason_code::success));
    c.accept(request, false, answered);
  }
};

std::string hex(std::string_view bytes) { return to_hex(bytes, upper_hex); }

int code(reason_code c) { return static_cast<int>(c); }

} // namespace

BOOST_AUTO_TEST_SUITE(channel_connect)

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_6_client_identifiers) {
  struct row {
    protocol_version version;
    const char* id;
    bool clean;
    int reason;
    const char* becomes;
  };
  for (const auto& r :
       {row{v31, "", true, 0x85, ""}, row{v31, "", false, 0x85, ""}, row{v4, "", true, 0, "fresh"},
        row{v4, "", false, 0x85, ""}, // [MQTT-3.1.3-8] of 3.1.1
        row{v5, "", true, 0, "fresh"}, row{v5, "", false, 0, "fresh"}, row{v31, "a", false, 0, "a"},
        row{v5, "12345678", true, 0, "12345678"}, row{v5, "123456789", true, 0x85, ""}}) {
    channel_fixture f;
    f.limits.max_client_id_length = 8;
    BOOST_TEST_CONTEXT("version " << static_cast<int>(r.version) << " id '" << r.id << "' clean "
                                  << r.clean) {
      BOOST_TEST(code(f.try_connect(f.packet(r.version, r.id, r.clean))) == r.reason);
      if (r.reason == 0) {
        BOOST_TEST(f.request.client_id == r.becomes);
        BOOST_TEST(f.request.assigned_client_id == (*r.id == '\0'));
        BOOST_TEST((f.c.current() == channel::state::connecting));
      } else {
        BOOST_TEST((f.c.current() == channel::state::idle));
      }
      BOOST_TEST((f.c.version() == r.version)); // also to write the refusal
    }
  }
}

BOOST_FIXTURE_TEST_CASE(the_username_can_be_the_client_id, channel_fixture) {
  limits.use_username_as_client_id = true;
  limits.max_client_id_length = 4;
  auto p = packet(v4, "longer than four", false);
  p.username = "user";
  BOOST_TEST(code(try_connect(p)) == 0);
  BOOST_TEST(request.client_id == "user");
  BOOST_TEST(!request.assigned_client_id);

  channel other{limits};
  p.username = "users";
  BOOST_TEST(code(other.on_connect(p, "fresh", request)) == 0x85);
  p.username = "";
  p.client_id = "id";
  BOOST_TEST(code(other.on_connect(p, "fresh", request)) == 0);
  BOOST_TEST(request.client_id == "id");
}

// [MQTT-3.2.2-16], and [MQTT-3.1.3-8] of 3.1.1: it is the client's own identifier that counts.
BOOST_AUTO_TEST_CASE(an_empty_id_is_one_wherever_another_comes_from) {
  struct row {
    protocol_version version;
    bool clean;
    int reason;
  };
  for (const bool certified : {false, true})
    for (const auto& r : {row{v31, true, 0x85}, row{v31, false, 0x85}, row{v4, true, 0}, row{v4, false, 0x85},
                          row{v5, true, 0}, row{v5, false, 0}})
      BOOST_TEST_CONTEXT("version " << static_cast<int>(r.version) << " clean " << r.clean << " certified "
                                    << certified) {
        channel_fixture f;
        f.limits.use_username_as_client_id = !certified;
        auto p = f.packet(r.version, "", r.clean);
        p.username = "user";
        const auto verdict = f.c.on_connect(p, "fresh", f.request, certified ? "device" : "");
        BOOST_TEST(code(verdict) == r.reason);
        BOOST_TEST(f.request.client_id == (r.reason != 0 ? "" : certified ? "device" : "user"));
        BOOST_TEST(f.request.assigned_client_id == (r.reason == 0));
        if (r.reason != 0)
          continue;
        const auto answer = f.c.accept(f.request, false, f.answered);
        const auto told = answer.properties.text(property::assigned_client_identifier);
        BOOST_TEST(told.value_or("none") == (r.version == v5 ? f.request.client_id : "none"));
      }
}

BOOST_FIXTURE_TEST_CASE(the_certificate_goes_before_the_packet_and_the_username_before_both,
                        channel_fixture) {
  limits.max_client_id_length = 6;
  auto p = packet(v5, "longer than six");
  p.username = "user";
  BOOST_TEST(code(c.on_connect(p, "fresh", request, "device")) == 0);
  BOOST_TEST(request.client_id == "device");
  BOOST_TEST(!request.assigned_client_id);
  p.client_id = "";
  channel longer{limits};
  BOOST_TEST(code(longer.on_connect(p, "fresh", request, "devices")) == 0x85);
  channel fresh{limits};
  BOOST_TEST(code(fresh.on_connect(p, "longer than six", request)) == 0); // ours has a length of its own
  limits.use_username_as_client_id = true;
  channel named{limits};
  BOOST_TEST(code(named.on_connect(p, "fresh", request, "device")) == 0);
  BOOST_TEST(request.client_id == "user");
}

BOOST_FIXTURE_TEST_CASE(MQTT_3_1_0_2_a_second_connect, channel_fixture) {
  open();
  connect_request other;
  BOOST_TEST(code(c.on_connect(packet(), "", other)) == 0x82);
  BOOST_TEST((c.current() == channel::state::connected));
  channel waiting{limits};
  BOOST_TEST(code(waiting.on_connect(packet(), "", other)) == 0);
  BOOST_TEST(code(waiting.on_connect(packet(), "", other)) == 0x82);
  BOOST_TEST((waiting.current() == channel::state::connecting));
}

BOOST_FIXTURE_TEST_CASE(the_will_is_kept, channel_fixture) {
  property_writer w;
  w.number(property::will_delay_interval, 9)
      .number(property::message_expiry_interval, 60)
      .text(property::content_type, "x");
  std::string topic = "will/topic";
  auto p = packet();
  p.will = will{topic, "bye", w.view(), qos::at_least_once, true};
  BOOST_TEST(code(try_connect(p)) == 0);
  topic = "overwritten";
  BOOST_REQUIRE(request.will != nullptr);
  BOOST_TEST(request.will->topic == "will/topic");
  BOOST_TEST(request.will->payload == "bye");
  BOOST_TEST(hex(request.will->properties) == "03000178"); // what its receivers get
  BOOST_TEST(request.will->delay == 9U);
  BOOST_TEST(request.will->expiry == 60U);
  BOOST_TEST((request.will->level == qos::at_least_once));
  BOOST_TEST(request.will->retain);
}

BOOST_FIXTURE_TEST_CASE(a_will_beyond_the_limits, channel_fixture) {
  limits.max_qos = qos::at_least_once;
  limits.retain_available = false;
  limits.max_topic_levels = 2;
  auto p = packet();
  p.will = will{"a/b", "", {}, qos::exactly_once, false};
  BOOST_TEST(code(try_connect(p)) == 0x9B); // [MQTT-3.2.2-12]
  p.will = will{"a/b", "", {}, qos::at_most_once, true};
  BOOST_TEST(code(try_connect(p)) == 0x9A); // [MQTT-3.2.2-13]
  p.will = will{"a/b/c", "", {}, qos::at_most_once, false};
  BOOST_TEST(code(try_connect(p)) == 0x90);
  p.will = will{"a/b", "", {}, qos::at_least_once, false};
  BOOST_TEST(code(try_connect(p)) == 0);
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_12_0_5_method_and_data_of_the_connack, channel_fixture) {
  properties.text(property::authentication_method, "SCRAM-SHA-1");
  BOOST_REQUIRE((try_connect(packet()) == reason_code::success));
  BOOST_TEST((c.current() == channel::state::authenticating));
  request.authentication_data = "v=proof";
  c.authenticated();
  BOOST_TEST((c.current() == channel::state::connecting));
  const auto answer = c.accept(request, false, answered);
  BOOST_TEST(answer.properties.text(property::authentication_method).value_or("") == "SCRAM-SHA-1");
  BOOST_TEST(answer.properties.text(property::authentication_data).value_or("") == "v=proof");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_28_response_information_for_those_who_ask) {
  for (const bool asked : {false, true})
    for (const char* text : {"", "responses/"}) {
      channel_fixture f;
      f.limits.response_information = text;
      f.properties.number(property::request_response_information, asked ? 1 : 0);
      f.open();
      const auto told = f.answered.view().text(property::response_information);
      BOOST_TEST(told.has_value() == (asked && *text != '\0'));
      BOOST_TEST(told.value_or(text) == text);
    }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_29_problem_information) {
  channel_fixture usual;
  usual.open();
  BOOST_TEST(usual.c.problem_information());
  channel_fixture declined;
  declined.properties.number(property::request_problem_information, 0);
  declined.open();
  BOOST_TEST(!declined.c.problem_information());
  channel_fixture old;
  old.open(v4);
  BOOST_TEST(!old.c.problem_information());
}

BOOST_AUTO_TEST_CASE(payload_format_in_strict_mode) {
  struct row {
    int indicator; // -1: none
    std::string_view payload;
    bool strict;
    int reason;
  };
  for (const auto& r :
       {row{1, "text", true, 0}, row{1, "\xFF", true, 0x99}, row{1, "\xFF", false, 0},
        row{0, "\xFF", true, 0}, row{-1, "\xFF", true, 0}, row{1, std::string_view{"a\0b", 3}, true, 0},
        row{1, std::string_view{"a\0\xED\xA0\x80", 5}, true, 0x99}, row{1, "", true, 0}}) {
    channel_fixture f;
    f.limits.strict_mode = r.strict;
    f.open();
    property_writer p;
    if (r.indicator >= 0)
      p.number(property::payload_format_indicator, static_cast<std::uint32_t>(r.indicator));
    using action = channel::publish_verdict::action;
    const auto with_ack = f.c.on_publish({"t", r.payload, p.view(), 1, qos::at_least_once, false, false});
    BOOST_TEST(code(with_ack.reason) == r.reason);
    BOOST_TEST((with_ack.what == (r.reason == 0 ? action::route : action::refuse)));
    const auto without = f.c.on_publish({"t", r.payload, p.view(), 0, qos::at_most_once, false, false});
    BOOST_TEST((without.what == (r.reason == 0 ? action::route : action::close)));
    channel_fixture with_will;
    with_will.limits.strict_mode = r.strict;
    auto connecting = with_will.packet();
    connecting.will = will{"w", r.payload, p.view(), qos::at_most_once, false};
    BOOST_TEST(code(with_will.try_connect(connecting)) == r.reason);
  }
}

BOOST_FIXTURE_TEST_CASE(the_clients_properties, channel_fixture) {
  properties.number(property::session_expiry_interval, 30)
      .number(property::receive_maximum, 7)
      .number(property::maximum_packet_size, 1234)
      .number(property::topic_alias_maximum, 5)
      .number(property::request_problem_information, 0)
      .number(property::request_response_information, 1);
  open();
  BOOST_TEST(request.session_expiry == 30U);
  BOOST_TEST(request.receive_maximum == 7U);
  BOOST_TEST(request.max_packet_size == 1234U);
  BOOST_TEST(request.topic_alias_maximum == 5U);
  BOOST_TEST(!request.request_problem_information);
  BOOST_TEST(request.request_response_information);
  BOOST_TEST(c.outgoing().max_packet_size == 1234U);
  BOOST_TEST((c.outgoing().version == v5));
}

BOOST_FIXTURE_TEST_CASE(without_properties, channel_fixture) {
  open();
  BOOST_TEST(request.session_expiry == 0U); // section 3.1.2.11.2
  BOOST_TEST(request.receive_maximum == 65535U);
  BOOST_TEST(request.max_packet_size == 0xFFFFFFFFU);
  BOOST_TEST(request.topic_alias_maximum == 0U);
  BOOST_TEST(request.request_problem_information);
  BOOST_TEST(!request.request_response_information);
}

BOOST_FIXTURE_TEST_CASE(the_session_of_3_1_1_expires_as_configured, channel_fixture) {
  BOOST_TEST(code(try_connect(packet(v4, "me", false))) == 0);
  BOOST_TEST(request.session_expiry == 7200U);
  channel other{limits};
  BOOST_TEST(code(other.on_connect(packet(v4, "me", true), "", request)) == 0);
  BOOST_TEST(request.session_expiry == 0U);
}

BOOST_FIXTURE_TEST_CASE(MQTT_3_1_2_22_keep_alive, channel_fixture) {
  const auto limit = [this](std::uint16_t keep_alive) {
    channel one{limits};
    auto p = packet();
    p.keep_alive = keep_alive;
    one.on_connect(p, "", request);
    return one.silence_limit();
  };
  BOOST_TEST(limit(0) == 0);
  BOOST_TEST(limit(10) == 15'000);
  BOOST_TEST(limit(65535) == 98'302'500);
  limits.keep_alive_backoff = 1;
  BOOST_TEST(limit(10) == 20'000);
  limits.server_keep_alive = 3; // [MQTT-3.2.2-21]
  BOOST_TEST(limit(10) == 6'000);
  BOOST_TEST(limit(0) == 6'000);
  BOOST_TEST(request.keep_alive == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(channel_connack)

BOOST_FIXTURE_TEST_CASE(of_3_x_has_no_properties, channel_fixture) {
  try_connect(packet(v4));
  auto answer = c.accept(request, true, answered);
  BOOST_TEST(answer.session_present);
  BOOST_TEST(answered.empty());
  BOOST_TEST((c.current() == channel::state::connected));
  channel old{limits};
  old.on_connect(packet(v31), "", request);
  answer = old.accept(request, true, answered);
  BOOST_TEST(!answer.session_present); // 3.1 knows no such flag
  BOOST_TEST(answered.empty());
}

BOOST_FIXTURE_TEST_CASE(of_5_0_by_default, channel_fixture) {
  try_connect(packet());
  const auto answer = c.accept(request, false, answered);
  BOOST_TEST(code(answer.reason) == 0);
  // receive maximum, retain, packet size, topic aliases, wildcards, subscription identifiers, shared
  BOOST_TEST(hex(answer.properties.raw()) == "210064"
                                             "2501"
                                             "2700100000"
                                             "22FFFF"
                                             "2801"
                                             "2901"
                                             "2A01");
}

BOOST_FIXTURE_TEST_CASE(of_5_0_with_all_limits, channel_fixture) {
  limits.max_packet_size = 258;
  limits.max_topic_alias = 3;
  limits.server_keep_alive = 5;
  limits.max_awaiting_rel = 0;
  limits.max_qos = qos::at_least_once;
  limits.retain_available = limits.wildcard_subscription = limits.shared_subscription = false;
  try_connect(packet(v5, ""));
  const auto answer = c.accept(request, true, answered);
  BOOST_TEST(answer.session_present);
  // [MQTT-3.2.2-9], the assigned identifier [MQTT-3.1.3-7], the keep alive [MQTT-3.2.2-21]
  BOOST_TEST(hex(answer.properties.raw()) == "2401"
                                             "2500"
                                             "2700000102"
                                             "1200056672657368"
                                             "220003"
                                             "2800"
                                             "2901"
                                             "2A00"
                                             "130005");
}

BOOST_AUTO_TEST_SUITE_END()
