// The rows of all types of resources.
#pragma once

#include "troupe/actors/rule_resource.hpp"

namespace troupe {

extern const resource_row backend_mysql_row;
extern const resource_row backend_pgsql_row;
extern const resource_row backend_redis_row;
extern const resource_row bridge_mqtt_row;
extern const resource_row bridge_rpc_row;
extern const resource_row web_hook_row;

} // namespace troupe
