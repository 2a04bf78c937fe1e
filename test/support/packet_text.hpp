// Packets as text for the messages of failed tests.
#pragma once

#include "troupe/mqtt/packet.hpp"

#include <string>

namespace troupe::test {

/// The type of a packet.
mqtt::packet_type type_of(const mqtt::packet& p);

/// The packet identifier of a packet, or 0.
std::uint16_t packet_id_of(const mqtt::packet& p);

/// One line that says what matters.
std::string describe(const mqtt::packet& p);

} // namespace troupe::test
