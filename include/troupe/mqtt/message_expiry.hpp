// The Message Expiry Interval of a PUBLISH or will.
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/property.hpp"

#include <algorithm>

namespace troupe::mqtt {

/// What `properties` ask for, in seconds, or `no_expiry`. The longest interval, of 136 years, has that value:
/// it counts as a second less (MQTT 5.0 section 3.3.2.3.3).
inline std::uint32_t message_expiry(const property_view& properties) {
  const auto asked = properties.number(property::message_expiry_interval);
  return asked ? std::min(*asked, no_expiry - 1) : no_expiry;
}

} // namespace troupe::mqtt
