// The database that an action writes to.
#pragma once

#include "../resources/database.hpp"
#include "action_resource.hpp"

namespace troupe::rules {

/// As resource_of, of this kind.
inline std::variant<std::shared_ptr<const database_resource>, std::string>
database_of(const boost::json::object& params, const action_surroundings& around, database_kind kind) {
  auto found = resource_of<database_resource>(params, around);
  if (const auto* to = std::get_if<std::shared_ptr<const database_resource>>(&found);
      to != nullptr && (*to)->kind() != kind)
    return resource_mismatch((*to)->definition().id);
  return found;
}

} // namespace troupe::rules
