// The properties of a packet of MQTT 5.0 as rules see them (reference/rule-engine.md section 6): a map by the
// names of the specification, as in EMQ X 4.3.
#pragma once

#include "troupe/mqtt/property.hpp"
#include "troupe/rules/value.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace troupe::rules {

/// "Content-Type", as EMQ X writes it.
std::string_view to_string(mqtt::property id) noexcept;

/// A new map in `memory`. User properties stand in it twice: as `User-Property`, by name, the last one of a
/// name counts; and as `User-Property-Pairs`, all of them in their order. Of other properties the last
/// counts.
boost::json::object& packet_properties(mqtt::property_view sent, arena& memory);

} // namespace troupe::rules
