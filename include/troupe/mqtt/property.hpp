// Properties of MQTT 5.0 (section 2.2.2): a validated block that is read in place, and a writer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::mqtt {

/// Property identifiers (MQTT 5.0 table 2-4).
enum class property : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0B,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2A,
};

/// One property as it stands in a block. `number` holds the byte, two byte, four byte and variable
/// byte integers; `text` the string, the binary data or the name of a user property; `value` its value.
struct property_entry {
  property id{};
  std::uint32_t number = 0;
  std::string_view text;
  std::string_view value;
  std::string_view raw; // the entry's own bytes, identifier included
};

/// A block of properties that the decoder has validated (known, allowed in its packet, no
/// forbidden duplicate, well-formed values), without its length prefix. Empty for 3.x.
class property_view {
public:
  property_view() = default;
  explicit property_view(std::string_view validated) : raw_(validated) {}

  bool empty() const noexcept { return raw_.empty(); }
  std::string_view raw() const noexcept { return raw_; }

  /// The number of the first property `id`, or nothing.
  std::optional<std::uint32_t> number(property id) const noexcept;

  /// The text of the first property `id`, or nothing.
  std::optional<std::string_view> text(property id) const noexcept;

  /// Calls `visit(const property_entry&)` for each property, in order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    std::string_view rest = raw_;
    while (!rest.empty()) {
      property_entry e = take_validated(rest);
      visit(e);
    }
  }

private:
  static property_entry take_validated(std::string_view& rest) noexcept;

  std::string_view raw_;
};

/// Builds a block of properties, without its length prefix. A property of another type than the function
/// writes is left out; texts over 65,535 bytes are cut.
class property_writer {
public:
  property_writer& number(property id, std::uint32_t value); // width by the property's type
  property_writer& text(property id, std::string_view value);
  property_writer& user_property(std::string_view name, std::string_view value);
  property_writer& raw(std::string_view validated_entries);

  bool empty() const noexcept { return bytes_.empty(); }
  property_view view() const noexcept { return property_view{bytes_}; }
  void clear() noexcept { bytes_.clear(); }

private:
  std::string bytes_;
};

} // namespace troupe::mqtt
