// The rows of all actions.
#pragma once

#include "troupe/actors/rule_action.hpp"

namespace troupe::rules {

extern const action_row data_to_mysql_row;
extern const action_row data_to_pgsql_row;
extern const action_row data_to_redis_row;
extern const action_row data_to_mqtt_broker_row;
extern const action_row data_to_webserver_row;
extern const action_row do_nothing_row;
extern const action_row inspect_row;
extern const action_row republish_row;
extern const action_row save_to_file_row;

} // namespace troupe::rules
