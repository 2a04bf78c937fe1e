// What emqx_auth_pgsql and emqx_auth_mysql have in common: their questions, and what the rows say.
#pragma once

#include "../access/sql_query.hpp"
#include "auth_back_end.hpp"
#include "sql_connection.hpp"

#include <memory>

namespace troupe {

/// Of a plugin whose settings are `config`; every worker makes a connection of its own.
auth_back_end make_sql_back_end(const sql_auth_settings& config, access::parameter_marks marks,
                                const char* name,
                                std::unique_ptr<sql_connection> (*connect)(const server_settings&));

} // namespace troupe
