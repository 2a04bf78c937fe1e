// Parameters that bridge_mqtt and bridge_rpc share, in EMQ X's words.
#pragma once

#include "troupe/rules/parameter.hpp"

namespace troupe {

constexpr rules::parameter mount_point_parameter(const char* default_json) {
  return {.name = "mountpoint",
          .type = "string",
          .required = false,
          .default_json = default_json,
          .heading = {"Bridge MountPoint", "桥接挂载点"},
          .description = {"MountPoint for bridge topic:\nExample: The topic of messages sent to `topic1` on "
                          "local node will be transformed to `bridge/aws/${node}/topic1`",
                          "桥接主题的挂载点:\n示例: 本地节点向 `topic1` 发消息，远程桥接节点的主题会变换为 "
                          "`bridge/aws/${node}/topic1`"}};
}

inline constexpr rules::parameter disk_cache_parameter{
    .name = "disk_cache",
    .type = "string",
    .required = false,
    .default_json = R"("off")",
    .heading = {"Disk Cache", "磁盘缓存"},
    .description = {"The flag which determines whether messages can be cached on local disk when bridge is "
                    "disconnected",
                    "当桥接断开时用于控制是否将消息缓存到本地磁盘队列上"},
    .choices_json = R"(["on","off"])"};

} // namespace troupe
