// The resources backend_pgsql, backend_mysql and backend_redis: databases.
#pragma once

#include "troupe/actors/database_client.hpp"
#include "troupe/actors/rule_resource.hpp"

namespace troupe {

class database_resource final : public resource {
public:
  database_resource(rules::resource_definition d, database_kind kind, const database_actor& client)
      : resource(std::move(d), client), kind_(kind) {}

  database_kind kind() const noexcept { return kind_; }
  void replaced(const resource& next) const override { retire(next); }

private:
  database_kind kind_;
};

} // namespace troupe
