// A published message as rules see it.
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/rules/event.hpp"

#include <string_view>

namespace troupe::rules {

class message_event final : public event {
public:
  /// All three outlive the event. `rule` is the id of the rule that looks at it.
  message_event(const mqtt::message& m, std::string_view node, std::string_view rule) noexcept
      : message_(m), node_(node), rule_(rule) {}

  std::span<const column> columns() const override;
  value at(column c, arena& memory) const override;
  mqtt::publisher_ptr connection() const override { return message_.from(); }

private:
  value headers(arena& memory) const;
  value properties(arena& memory) const;

  const mqtt::message& message_;
  std::string_view node_, rule_;
};

} // namespace troupe::rules
