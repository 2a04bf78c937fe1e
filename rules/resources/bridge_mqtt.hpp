// The resource bridge_mqtt: another MQTT broker.
#pragma once

#include "troupe/actors/bridge.hpp"
#include "troupe/actors/rule_resource.hpp"

#include <string>

namespace troupe {

class bridge_mqtt final : public resource {
public:
  bridge_mqtt(rules::resource_definition d, const bridge_actor& client, std::string mount_point)
      : resource(std::move(d), client), client_(client), mount_point_(std::move(mount_point)) {}

  /// What stands before the topics that messages have there.
  const std::string& mount_point() const noexcept { return mount_point_; }

  void removed() const override;

private:
  bridge_actor client_;
  std::string mount_point_;
};

} // namespace troupe
