// A connection to MySQL or MariaDB.
#include "sql_connection.hpp"
#include "watched_socket.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <mysql.h>
#include <new>

namespace troupe {

namespace {

struct mysql_freed {
  void operator()(MYSQL* c) const noexcept { mysql_close(c); }
  void operator()(MYSQL_STMT* s) const noexcept { mysql_stmt_close(s); }
  void operator()(MYSQL_RES* r) const noexcept { mysql_free_result(r); }
};
using statement = std::unique_ptr<MYSQL_STMT, mysql_freed>;

constexpr unsigned long most_bytes = 64 * 1024; // of a value
constexpr std::size_t most_statements = 32;     // prepared, of a connection

// The server has forgotten what the statement looks at, and has not carried it out.
constexpr unsigned needs_to_be_prepared_again = 1615;

// The server says that the statement is wrong; else the connection is.
bool is_of_server(unsigned error) noexcept { return error != 0 && error < 2000; }

class mysql_connection final : public sql_connection {
public:
  explicit mysql_connection(const server_settings& config) : config_(config) {}

  void interrupt() noexcept override { socket_.interrupt(); }

protected:
  bool is_open() const noexcept override { return connection_ != nullptr; }

  bool is_alive() const noexcept override { return socket_.is_alive(); }

  void close() noexcept override {
    socket_.forget();
    prepared_.clear();
    connection_.reset();
  }

  bool open(std::string& error) override {
    if (socket_.interrupted()) {
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
      socket_.watch(static_cast<int>(mysql_get_socket(connection_.get())));
      return true;
    }
    error = mysql_error(connection_.get());
    close();
    return false;
  }

  sql_rows run(const std::string& text, const sql_values& values) override {
    for (;;) {
      const bool known = find(text);
      if (!known)
        prepare(text);
      sql_rows out;
      auto* const s = prepared_.front().handle.get();
      if (mysql_stmt_errno(s) == 0 && execute(s, values) && fetch(s, out) && finish(s)) {
        out.reached = true;
        return out;
      }
      const auto error = mysql_stmt_errno(s);
      out = {.reached = is_of_server(error), .error = mysql_stmt_error(s)};
      prepared_.pop_front();
      if (!known || error != needs_to_be_prepared_again)
        return out;
    }
  }

private:
  struct prepared {
    std::string text;
    statement handle;
  };

  // To the front, if it is there.
  bool find(const std::string& text) {
    const auto i =
        std::find_if(prepared_.begin(), prepared_.end(), [&](const prepared& p) { return p.text == text; });
    if (i == prepared_.end())
      return false;
    prepared_.splice(prepared_.begin(), prepared_, i);
    return true;
  }

  // At the front, also when the server refuses it; the one that was not used for longest goes.
  void prepare(const std::string& text) {
    if (prepared_.size() == most_statements)
      prepared_.pop_back();
    statement s{mysql_stmt_init(connection_.get())};
    if (!s)
      throw std::bad_alloc{};
    mysql_stmt_prepare(s.get(), text.data(), text.size());
    prepared_.push_front({text, std::move(s)});
  }

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

  // A procedure has further results, and each has to be taken before the connection can be used again.
  static bool finish(MYSQL_STMT* s) {
    while (mysql_stmt_more_results(s))
      if (mysql_stmt_next_result(s) > 0)
        return false;
    mysql_stmt_free_result(s);
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
  std::list<prepared> prepared_; // of this connection, the last one that was used first
  watched_socket socket_;
};

} // namespace

std::unique_ptr<sql_connection> make_mysql_connection(const server_settings& server) {
  return std::make_unique<mysql_connection>(server);
}

} // namespace troupe
