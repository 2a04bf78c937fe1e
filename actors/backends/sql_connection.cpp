#include "sql_connection.hpp"

namespace troupe {

sql_rows sql_connection::query(const std::string& text, const sql_values& values) {
  for (;;) {
    const bool used = is_open();
    sql_rows out;
    if (!used && !open(out.error))
      return out;
    out = run(text, values);
    if (out.reached)
      return out;
    close();
    if (!used)
      return out;
  }
}

sql_rows sql_connection::execute(const std::string& text, const sql_values& values) {
  sql_rows out;
  if (is_open() && !is_alive())
    close();
  if (!is_open() && !open(out.error)) {
    out.sent = false;
    return out;
  }
  out = run(text, values);
  if (!out.reached)
    close();
  return out;
}

} // namespace troupe
