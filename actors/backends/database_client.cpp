#include "troupe/actors/database_client.hpp"

#include "pool.hpp"
#include "redis_client.hpp"
#include "sql_connection.hpp"

namespace troupe {

namespace {

using database_worker = backend_worker<database_call, database_answer>;

class sql_writer final : public database_worker {
public:
  explicit sql_writer(std::unique_ptr<sql_connection> connection) : connection_(std::move(connection)) {}

  database_answer ask(const database_call& call) override {
    const auto done = connection_->execute(call.statement, call.values);
    return {done.reached, done.error, done.sent ? ask_again::never : ask_again::when_up};
  }
  bool probe() override {
    auto answer = connection_->query("select 1", {});
    why_ = std::move(answer.error);
    return answer.reached;
  }
  std::string probe_error() const override { return why_; }
  void interrupt() noexcept override { connection_->interrupt(); }

private:
  std::unique_ptr<sql_connection> connection_;
  std::string why_;
};

class redis_writer final : public database_worker {
public:
  explicit redis_writer(const redis_settings& where) : redis_(where) {}

  database_answer ask(const database_call& call) override {
    std::vector<std::string> words;
    for (const auto& w : call.values)
      words.push_back(w.value_or(""));
    database_answer answer;
    if (const auto r = redis_.execute(words, answer.error)) {
      answer.reached = true;
      if (r->type == REDIS_REPLY_ERROR)
        answer.error = r->str;
    } else if (!redis_.has_sent()) {
      answer.again = ask_again::when_up;
    }
    return answer;
  }

  bool probe() override {
    why_.clear();
    return redis_.ask({"PING"}, why_) != nullptr;
  }
  std::string probe_error() const override { return why_; }
  void interrupt() noexcept override { redis_.interrupt(); }

private:
  redis_client redis_;
  std::string why_;
};

std::unique_ptr<sql_connection> make_connection(database_kind kind, const server_settings& server) {
  return kind == database_kind::pgsql ? make_pgsql_connection(server) : make_mysql_connection(server);
}

} // namespace

database_actor spawn_database_client(caf::actor_system& system, database_kind kind,
                                     const redis_settings& where, const pool_settings& pool_of,
                                     const alarms_actor& alarms) {
  return system.spawn<pool<database_call, database_answer>>(
      pool_of,
      [kind, where]() -> std::shared_ptr<database_worker> {
        if (kind == database_kind::redis)
          return std::make_shared<redis_writer>(where);
        return std::make_shared<sql_writer>(make_connection(kind, where.server));
      },
      alarms);
}

} // namespace troupe
