#include "resources.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/rule_resource.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>

namespace troupe {

resource::~resource() {
  if (client_)
    caf::anon_send_exit(client_, caf::exit_reason::user_shutdown);
}

void resource::replaced(const resource& /*next*/) const {
  caf::anon_send_exit(client_, caf::exit_reason::user_shutdown);
}

void resource::retire(const resource& next) const {
  caf::anon_send(caf::actor_cast<caf::actor>(client_),
                 retire_pool{caf::actor_cast<caf::strong_actor_ptr>(next.client_)});
}

std::span<const resource_row* const> resource_table() noexcept {
  static constexpr std::array table{&backend_mysql_row, &backend_pgsql_row, &backend_redis_row,
                                    &bridge_mqtt_row,   &bridge_rpc_row,    &web_hook_row};
  return table;
}

const resource_row* find_resource_type(std::string_view name) noexcept {
  const auto table = resource_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const resource_row* row) { return row->name == name; });
  return found == table.end() ? nullptr : *found;
}

} // namespace troupe
