// What emqx_auth_pgsql and emqx_auth_mysql have in common: their questions, and what the rows say.
#pragma once

#include "../access/back_end_rows.hpp"
#include "../access/sql_query.hpp"
#include "auth_back_end.hpp"
#include "troupe/actors/back_end_settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// The answer to a query.
struct sql_rows {
  bool reached = false;   // the server has answered
  std::string error = {}; // not empty: there are no rows for that reason
  std::vector<access::back_end_row> rows = {};
};

/// A connection to a database, opened when it is needed. It blocks; one thread uses it.
class sql_connection {
public:
  sql_connection() = default;
  sql_connection(const sql_connection&) = delete;
  sql_connection& operator=(const sql_connection&) = delete;
  virtual ~sql_connection() = default;

  /// Asks again, by a new connection, when the one that there was has broken meanwhile: queries change
  /// nothing.
  sql_rows query(const std::string& text, const std::vector<std::string>& values);

  /// From any thread, as of a backend_worker.
  virtual void interrupt() noexcept = 0;

  static constexpr std::size_t most_rows = 10'000;

protected:
  virtual bool is_open() const noexcept = 0;
  virtual bool open(std::string& error) = 0;
  virtual void close() noexcept = 0;

  /// Not reached: the connection has broken.
  virtual sql_rows run(const std::string& text, const std::vector<std::string>& values) = 0;
};

/// Of a plugin whose settings are `config`; every worker makes a connection of its own.
auth_back_end
make_sql_back_end(const sql_auth_settings& config, access::parameter_marks marks, const char* name,
                  std::function<std::unique_ptr<sql_connection>(const server_settings&)> connect);

} // namespace troupe
