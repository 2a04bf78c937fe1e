// What the protocol suites share. Cases bear the name of the normative statement that they check, with the
// numbers of MQTT 5.0 (MQTT_3_1_2_22 is [MQTT-3.1.2-22]), or of 3.1.1 (MQTT311_3_1_3_8); statements_v311.txt
// and statements_v5.txt list all statements with their cases. The suites run twice: with the real binary, and
// with the broker inside of the test's process.
#pragma once

#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <optional>
#include <ostream>

namespace troupe::mqtt {

std::ostream& boost_test_print_type(std::ostream& out, reason_code reason);
std::ostream& boost_test_print_type(std::ostream& out, qos level);

} // namespace troupe::mqtt

namespace troupe::test {

inline constexpr auto v31 = protocol_version::v31;
inline constexpr auto v311 = protocol_version::v311;
inline constexpr auto v5 = protocol_version::v5;
inline constexpr std::array all_versions{v31, v311, v5};
inline constexpr std::array all_qos{qos::at_most_once, qos::at_least_once, qos::exactly_once};
inline constexpr auto qos0 = qos::at_most_once;
inline constexpr auto qos1 = qos::at_least_once;
inline constexpr auto qos2 = qos::exactly_once;

/// A broker that lives as long as a suite: BOOST_AUTO_TEST_SUITE(name,
/// *boost::unit_test::fixture<broker_fixture>()). At the end it must stop by itself with status 0.
class suite_broker {
public:
  explicit suite_broker(std::string configuration);
  ~suite_broker() noexcept(false);

  static broker_process& get();

private:
  broker_process broker_;
};

struct default_broker : suite_broker {
  default_broker() : suite_broker("") {}
};

inline std::uint16_t port() { return suite_broker::get().mqtt_port(); }

/// A client id or topic that nobody else uses; it begins with the name of the case.
std::string unique(std::string_view suffix);

/// A connected client of the suite's broker, with a fresh client id unless one is given.
mqtt_client client(protocol_version version = v5);
mqtt_client client(connect_options options, protocol_version version = v5);

/// Closes a connection without DISCONNECT.
inline void drop(mqtt_client) {}

/// CONNECT options of a session that outlives its connection, in each version.
connect_options persistent(std::string client_id, protocol_version version = v5);

/// Nothing is on its way to `to`: what `from` publishes now to `topic`, which `to` subscribes to, comes next.
void expect_fence(mqtt_client& to, mqtt_client& from, std::string_view topic);

/// The reason codes of a SUBACK or UNSUBACK in hexadecimal: "00 01 8f".
std::string reasons(const mqtt::suback& answer);

/// Topic, payload, QoS and flags in one text: "a/b hello 1 dup retain".
std::string brief(const mqtt::publish& message);

} // namespace troupe::test
