// The resources bridge_mqtt and bridge_rpc: another MQTT broker, or another node of Troupe.
#pragma once

#include "troupe/actors/bridge.hpp"
#include "troupe/actors/rule_resource.hpp"

#include <caf/send.hpp>

#include <functional>
#include <string>

namespace troupe {

class bridge_mqtt final : public resource {
public:
  /// `forget` is called when it was deleted.
  bridge_mqtt(rules::resource_definition d, const bridge_actor& client, std::string mount_point,
              std::function<void()> forget = {})
      : resource(std::move(d), client), mount_point_(std::move(mount_point)), forget_(std::move(forget)) {}

  /// What stands before the topics that messages have there.
  const std::string& mount_point() const noexcept { return mount_point_; }

  void removed() const override {
    if (forget_)
      forget_();
  }

  // Before the end that may follow at once.
  void replaced(const resource& next) const override {
    caf::anon_send<caf::message_priority::high>(
        caf::actor_cast<caf::actor>(client()),
        retire_pool{caf::actor_cast<caf::strong_actor_ptr>(next.client())});
  }

private:
  std::string mount_point_;
  std::function<void()> forget_;
};

/// Of either type, with what its definition says beyond `settings`.
resource_ptr start_bridge(const rules::resource_definition& d, bridge_settings settings,
                          const resource_surroundings& with);

} // namespace troupe
