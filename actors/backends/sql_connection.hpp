// A connection to a database, for plugins of authentication and for resources of rules.
#pragma once

#include "../access/back_end_rows.hpp"
#include "troupe/actors/back_end_settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// The answer to a statement.
struct sql_rows {
  bool reached = false;   // the server has answered
  std::string error = {}; // not empty: there are no rows for that reason
  std::vector<access::back_end_row> rows = {};
  bool sent = true; // else nothing of the statement was: there was no connection
};

/// Of the parameters of a statement, as text; nothing: NULL.
using sql_values = std::vector<std::optional<std::string>>;

/// Opened when it is needed. It blocks; one thread uses it.
class sql_connection {
public:
  sql_connection() = default;
  sql_connection(const sql_connection&) = delete;
  sql_connection& operator=(const sql_connection&) = delete;
  virtual ~sql_connection() = default;

  /// Asks again, by a new connection, when the one that there was has broken meanwhile: queries change
  /// nothing.
  sql_rows query(const std::string& text, const sql_values& values);

  /// Sends a statement that changes something, once: by a new connection when the server has closed the old
  /// one, but not again when the connection breaks before the answer, since it may have been carried out.
  sql_rows execute(const std::string& text, const sql_values& values);

  /// From any thread, as of a backend_worker.
  virtual void interrupt() noexcept = 0;

  static constexpr std::size_t most_rows = 10'000;

protected:
  virtual bool is_open() const noexcept = 0;
  virtual bool open(std::string& error) = 0;
  virtual void close() noexcept = 0;
  virtual bool is_alive() const noexcept = 0; // of one that is open: the server has not closed it

  /// Not reached: the connection has broken.
  virtual sql_rows run(const std::string& text, const sql_values& values) = 0;
};

/// To PostgreSQL, and to MySQL or MariaDB. Statements name their parameters `$1` and `?`.
std::unique_ptr<sql_connection> make_pgsql_connection(const server_settings& server);
std::unique_ptr<sql_connection> make_mysql_connection(const server_settings& server);

} // namespace troupe
