// What the suites of MQTT 3.1 and 3.1.1 share: everything is bytes.
#pragma once

#include "protocol/fixture.hpp"
#include "support/wire.hpp"

namespace troupe::test {

inline constexpr std::array v3_versions{v31, v311};

/// A client of the suite's broker whose CONNECT was accepted; session present is as given (always 0 in 3.1).
mqtt_client joined(protocol_version version, std::string_view client_id, unsigned flags = wire::clean,
                   std::string_view fields = {}, bool session_present = false);

/// A client with a fresh identifier and a clean session.
mqtt_client joined(protocol_version version);

/// Sends `bytes`; `answer` comes next.
void exchange(mqtt_client& c, std::string_view bytes, std::string_view answer);

/// Nothing else is on its way: the next that comes is the answer to a PINGREQ.
void expect_quiet(mqtt_client& c);

/// A QoS 0 message to `topic` that a third client publishes now is the next that `c` gets.
void expect_only_fence(mqtt_client& c, std::string_view topic);

/// A connected client sends `bytes`: its connection ends, without a byte from the broker.
void expect_end_after(protocol_version version, std::string_view bytes);

/// The fields of a will behind the client identifier.
std::string will_fields(std::string_view topic, std::string_view message);

} // namespace troupe::test
