// emqx_auth_pgsql: users and rules in a PostgreSQL database (reference/plugins-modules.md section 2).
#include "../backends/sql_auth.hpp"
#include "plugin.hpp"
#include "troupe/actors/config.hpp"

namespace troupe {

namespace {

auth_back_end back_end(const settings& config) {
  return make_sql_back_end(config.auth_pgsql, access::parameter_marks::numbered, "emqx_auth_pgsql",
                           make_pgsql_connection);
}

} // namespace

const plugin auth_pgsql_plugin{plugin_kind::auth_pgsql,
                               "emqx_auth_pgsql",
                               plugin_type::auth,
                               "EMQ X Authentication/ACL with PostgreSQL",
                               false,
                               nullptr,
                               back_end};

} // namespace troupe
