// A connection to MySQL or MariaDB.
#include "sql_connection.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mysql.h>
#include <sys/socket.h>

namespace troupe {

namespace {

struct mysql_freed {
  void operator()(MYSQL* c) const noexcept { mysql_close(c); }
  void operator()(MYSQL_STMT* s) const noexcept { mysql_stmt_close(s); }
  void operator()(MYSQL_RES* r) const noexcept { mysql_free_result(r); }
};
using statement = std::unique_ptr<MYSQL_STMT, mysql_freed>;

constexpr unsigned long most_bytes = 64 * 1024; // of a value

// The server says that the statement is wrong; else the connection is.
bool is_of_server(unsigned error) noexcept { return error != 0 && error < 2000; }

class mysql_connection final : public sql_connection {
public:
  explicit mysql_connection(const server_settings& config) : config_(config) {}

  void interrupt() noexcept override {
    interrupted_ = true;
    if (const int socket = socket_; socket >= 0)
      ::shutdown(socket, SHUT_RDWR);
  }

protected:
  bool is_open() const noexcept override { return connection_ != nullptr; }

  int socket() const noexcept override { return socket_; }

  void close() noexcept override {
    socket_ = -1;
    connection_.reset();
  }

  bool open(std::string& error) override {
    if (interrupted_) {
      error = "it is not asked any more";
      return false;
    }
    connection_.reset(mysql_init(nullptr));
    if (!connection_) {
      error = "no memory";
      return false;
    }
    set_options();
    if (mysql_real_connect(connection_.get(), config_.host.c_str(), config_.username.c_str(),
                           config_.password.c_str(), config_.database.c_str(), config_.port, nullptr, 0)) {
      socket_ = static_cast<int>(mysql_get_socket(connection_.get()));
      return true;
    }
    error = mysql_error(connection_.get());
    close();
    return false;
  }

  sql_rows run(const std::string& text, const sql_values& values) override {
    const statement s{mysql_stmt_init(connection_.get())};
    sql_rows out;
    if (s && mysql_stmt_prepare(s.get(), text.data(), text.size()) == 0 && execute(s.get(), values) &&
        fetch(s.get(), out))
      out.reached = true;
    else
      out = {.reached = s && is_of_server(mysql_stmt_errno(s.get())),
             .error = s ? mysql_stmt_error(s.get()) : "no memory"};
    return out;
  }

private:
  void set_options() {
    auto* c = connection_.get();
    const auto seconds =
        static_cast<unsigned>(std::max<std::int64_t>(1, (config_.timeout.count() + 999) / 1000));
    for (const auto option : {MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT})
      mysql_options(c, option, &seconds);
    mysql_options(c, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const unsigned tcp = MYSQL_PROTOCOL_TCP; // `localhost` is no file
    mysql_options(c, MYSQL_OPT_PROTOCOL, &tcp);
    if (!config_.ssl)
      return;
    const auto file = [](const std::string& name) { return name.empty() ? nullptr : name.c_str(); };
    mysql_ssl_set(c, file(config_.tls.keyfile), file(config_.tls.certfile), file(config_.tls.cacertfile),
                  nullptr, nullptr);
    const my_bool verifies = config_.tls.verify_peer ? 1 : 0, enforced = 1;
    mysql_options(c, MYSQL_OPT_SSL_ENFORCE, &enforced);
    mysql_options(c, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies);
  }

  static bool execute(MYSQL_STMT* s, const sql_values& values) {
    if (mysql_stmt_param_count(s) != values.size())
      return false;
    std::vector<MYSQL_BIND> parameters(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      parameters[i].buffer_type = values[i] ? MYSQL_TYPE_STRING : MYSQL_TYPE_NULL;
      if (!values[i])
        continue;
      parameters[i].buffer = const_cast<char*>(values[i]->data()); // it is only read
      parameters[i].buffer_length = values[i]->size();
    }
    return (parameters.empty() || mysql_stmt_bind_param(s, parameters.data()) == 0) &&
           mysql_stmt_execute(s) == 0;
  }

  // Values come as text, and longer ones than any that counts are cut.
  static bool fetch(MYSQL_STMT* s, sql_rows& out) {
    const auto columns = mysql_stmt_field_count(s);
    std::vector<MYSQL_BIND> binds(columns);
    std::vector<std::string> buffers(columns, std::string(1024, '\0'));
    std::vector<unsigned long> sizes(columns);
    std::vector<my_bool> nulls(columns);
    for (unsigned i = 0; i < columns; ++i) {
      binds[i].buffer_type = MYSQL_TYPE_STRING;
      binds[i].buffer = buffers[i].data();
      binds[i].buffer_length = buffers[i].size();
      binds[i].length = &sizes[i];
      binds[i].is_null = &nulls[i];
    }
    if (columns > 0 && (mysql_stmt_bind_result(s, binds.data()) != 0 || mysql_stmt_store_result(s) != 0))
      return false;
    while (out.rows.size() < most_rows) {
      const int state = columns == 0 ? MYSQL_NO_DATA : mysql_stmt_fetch(s);
      if (state == MYSQL_NO_DATA)
        return true;
      if (state != 0 && state != MYSQL_DATA_TRUNCATED)
        return false;
      auto& row = out.rows.emplace_back();
      for (unsigned i = 0; i < columns; ++i)
        row.push_back(nulls[i] != 0 ? std::nullopt : value(s, binds[i], i, sizes[i], buffers[i]));
    }
    return true;
  }

  static std::optional<std::string> value(MYSQL_STMT* s, const MYSQL_BIND& bind, unsigned column,
                                          unsigned long size, const std::string& buffer) {
    if (size <= buffer.size())
      return buffer.substr(0, size);
    std::string whole(std::min(size, most_bytes), '\0');
    MYSQL_BIND rest = bind;
    rest.buffer = whole.data();
    rest.buffer_length = whole.size();
    return mysql_stmt_fetch_column(s, &rest, column, 0) == 0 ? std::optional{std::move(whole)} : std::nullopt;
  }

  server_settings config_;
  std::unique_ptr<MYSQL, mysql_freed> connection_;
  std::atomic<int> socket_{-1};
  std::atomic<bool> interrupted_{false};
};

} // namespace

std::unique_ptr<sql_connection> make_mysql_connection(const server_settings& server) {
  return std::make_unique<mysql_connection>(server);
}

} // namespace troupe
