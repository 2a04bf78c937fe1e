// What the broker's features make of the topic of a publish or subscription, in the order of EMQ X 4: the
// client's mount point, then rewriting, then delaying. The first belongs to a client, the others to the node
// and apply to publishes from anywhere.
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/topic_rewrite.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// Features that look at publishes, as bits: zero is the one thing that the hot path asks.
enum hook : std::uint32_t {
  hook_rewrite = 1,
  hook_delayed = 2,
  hook_topic_metrics = 4,
  hook_rules = 8,
  hook_sinks = 16, // plugins that are told of publishes
};

struct topic_hooks {
  topic_rewrite publish_rules;
  topic_rewrite subscribe_rules;

  /// Whether there are rules at all.
  bool rewrites() const noexcept { return !publish_rules.empty() || !subscribe_rules.empty(); }

  /// What becomes of a publish.
  struct verdict {
    enum class action : std::uint8_t {
      pass,   // to its own topic
      rename, // to `topic`
      delay,  // at `due`, to `topic`
      drop,   // a `$delayed/…` that is not valid
    };
    action what = action::pass;
    std::string_view topic;
    time_ms due = 0;
  };

  /// `active` are the hooks that are on; `scratch` holds the verdict's topic.
  verdict on_publish(std::uint32_t active, std::string_view topic, time_ms now, std::string& scratch) const;

  /// The filter of a SUBSCRIBE or UNSUBSCRIBE, rewritten and then mounted (EMQ X rewrites what the client
  /// wrote). `mount_point` may be null. Nothing when neither changes it.
  std::optional<std::string> on_subscribe(std::uint32_t active, const std::string* mount_point,
                                          std::string_view subscription) const;
};

} // namespace troupe::mqtt
