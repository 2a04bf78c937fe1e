#include "actions.hpp"

#include <algorithm>
#include <array>

namespace troupe::rules {

std::span<const action_row* const> action_table() noexcept {
  static constexpr std::array table{
      &data_to_mqtt_broker_row, &data_to_mysql_row, &data_to_pgsql_row, &data_to_redis_row,
      &data_to_webserver_row,   &do_nothing_row,    &inspect_row,       &republish_row,
      &save_to_file_row};
  return table;
}

const action_row* find_action(std::string_view name) noexcept {
  const auto table = action_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const action_row* row) { return row->name == name; });
  return found == table.end() ? nullptr : *found;
}

} // namespace troupe::rules
