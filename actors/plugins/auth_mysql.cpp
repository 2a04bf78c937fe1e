// emqx_auth_mysql: users and rules in a MySQL or MariaDB database (reference/plugins-modules.md section 2).
#include "../backends/sql_auth.hpp"
#include "plugin.hpp"
#include "troupe/actors/config.hpp"

namespace troupe {

namespace {

auth_back_end back_end(const settings& config) {
  return make_sql_back_end(config.auth_mysql, access::parameter_marks::question, "emqx_auth_mysql",
                           make_mysql_connection);
}

} // namespace

const plugin auth_mysql_plugin{plugin_kind::auth_mysql,
                               "emqx_auth_mysql",
                               plugin_type::auth,
                               "EMQ X Authentication/ACL with MySQL",
                               false,
                               nullptr,
                               back_end};

} // namespace troupe
