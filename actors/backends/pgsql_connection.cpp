// A connection to PostgreSQL.
#include "interrupter.hpp"
#include "sql_connection.hpp"

#include <algorithm>
#include <chrono>
#include <libpq-fe.h>
#include <poll.h>

namespace troupe {

namespace {

using deadline = std::chrono::steady_clock::time_point;

struct pg_freed {
  void operator()(PGconn* c) const noexcept { PQfinish(c); }
  void operator()(PGresult* r) const noexcept { PQclear(r); }
};
using pg_result = std::unique_ptr<PGresult, pg_freed>;

class pgsql_connection final : public sql_connection {
public:
  explicit pgsql_connection(const server_settings& config) : config_(config) {}

  void interrupt() noexcept override { interrupter_.interrupt(); }

protected:
  bool is_open() const noexcept override { return connection_ != nullptr; }
  void close() noexcept override { connection_.reset(); }
  bool is_alive() const noexcept override { return !peer_has_closed(PQsocket(connection_.get())); }

  bool open(std::string& error) override {
    connection_.reset(start());
    const auto end = deadline_from_now();
    auto state = connection_ && PQstatus(connection_.get()) != CONNECTION_BAD ? PGRES_POLLING_WRITING
                                                                              : PGRES_POLLING_FAILED;
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
      const bool ready = interrupter_.wait(PQsocket(connection_.get()),
                                           state == PGRES_POLLING_READING ? POLLIN : POLLOUT, end);
      state = ready ? PQconnectPoll(connection_.get()) : PGRES_POLLING_FAILED;
    }
    if (state == PGRES_POLLING_OK && PQsetnonblocking(connection_.get(), 1) == 0)
      return true;
    error = last_error("it cannot be connected in time");
    close();
    return false;
  }

  sql_rows run(const std::string& text, const sql_values& values) override {
    if (std::any_of(values.begin(), values.end(),
                    [](const auto& v) { return v && v->find('\0') != std::string::npos; }))
      return {.reached = true, .error = "PostgreSQL takes no text with a null character"};
    std::vector<const char*> parameters;
    for (const auto& v : values)
      parameters.push_back(v ? v->c_str() : nullptr);
    sql_rows out;
    if (PQsendQueryParams(connection_.get(), text.c_str(), static_cast<int>(parameters.size()), nullptr,
                          parameters.data(), nullptr, nullptr, 0) != 1) {
      out.error = last_error("the connection is broken");
      return out;
    }
    const auto end = deadline_from_now();
    if (!send(end) || !receive(out, end))
      out = {.reached = false, .error = last_error("no answer in time")};
    return out;
  }

private:
  PGconn* start() const {
    const auto port = std::to_string(config_.port);
    const bool verifies = config_.ssl && config_.tls.verify_peer;
    const char* mode = verifies ? "verify-full" : config_.ssl ? "require" : "disable";
    const char* roots = config_.tls.cacertfile.empty() ? "/etc/ssl/certs/ca-certificates.crt"
                                                       : config_.tls.cacertfile.c_str();
    const std::pair<const char*, const char*> all[] = {{"host", config_.host.c_str()},
                                                       {"port", port.c_str()},
                                                       {"user", config_.username.c_str()},
                                                       {"password", config_.password.c_str()},
                                                       {"dbname", config_.database.c_str()},
                                                       {"application_name", "troupe"},
                                                       {"client_encoding", "UTF8"},
                                                       {"sslmode", mode},
                                                       {"sslrootcert", verifies ? roots : ""},
                                                       {"sslcert", config_.tls.certfile.c_str()},
                                                       {"sslkey", config_.tls.keyfile.c_str()},
                                                       {nullptr, nullptr}};
    std::vector<const char*> names, values;
    for (const auto& [name, value] : all) {
      names.push_back(name);
      values.push_back(value);
    }
    return PQconnectStartParams(names.data(), values.data(), 0);
  }

  bool send(deadline end) {
    for (int left = PQflush(connection_.get()); left != 0; left = PQflush(connection_.get()))
      if (left < 0 || !interrupter_.wait(PQsocket(connection_.get()), POLLOUT, end))
        return false;
    return true;
  }

  // The result, and the end of it.
  bool receive(sql_rows& out, deadline end) {
    for (;;) {
      while (PQisBusy(connection_.get()) == 1)
        if (!interrupter_.wait(PQsocket(connection_.get()), POLLIN, end) ||
            PQconsumeInput(connection_.get()) != 1)
          return false;
      const pg_result result{PQgetResult(connection_.get())};
      if (!result)
        return PQstatus(connection_.get()) == CONNECTION_OK;
      take(*result, out);
    }
  }

  static void take(const PGresult& result, sql_rows& out) {
    out.reached = true;
    const auto status = PQresultStatus(&result);
    if (status == PGRES_COMMAND_OK)
      return;
    if (status != PGRES_TUPLES_OK) {
      out.error = PQresultErrorMessage(&result);
      return;
    }
    const int rows = PQntuples(&result), columns = PQnfields(&result);
    for (int r = 0; r < rows && out.rows.size() < most_rows; ++r) {
      auto& row = out.rows.emplace_back();
      for (int c = 0; c < columns; ++c)
        row.push_back(PQgetisnull(&result, r, c) == 1
                          ? std::nullopt
                          : std::optional{std::string(PQgetvalue(&result, r, c),
                                                      static_cast<std::size_t>(PQgetlength(&result, r, c)))});
    }
  }

  std::string last_error(const char* otherwise) const {
    std::string text = connection_ ? PQerrorMessage(connection_.get()) : "";
    while (text.ends_with('\n'))
      text.pop_back();
    return text.empty() ? otherwise : text;
  }

  deadline deadline_from_now() const { return std::chrono::steady_clock::now() + config_.timeout; }

  server_settings config_;
  interrupter interrupter_;
  std::unique_ptr<PGconn, pg_freed> connection_;
};

} // namespace

std::unique_ptr<sql_connection> make_pgsql_connection(const server_settings& server) {
  return std::make_unique<pgsql_connection>(server);
}

} // namespace troupe
