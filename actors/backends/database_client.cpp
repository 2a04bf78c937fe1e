#include "troupe/actors/database_client.hpp"

#include "pool.hpp"
#include "redis_connection.hpp"
#include "sql_connection.hpp"

namespace troupe {

namespace {

using database_worker = backend_worker<database_call, database_answer>;

class sql_writer final : public database_worker {
public:
  explicit sql_writer(std::unique_ptr<sql_connection> connection) : connection_(std::move(connection)) {}

  database_answer ask(const database_call& call) override {
    const auto done = connection_->execute(call.statement, call.values);
    return {done.reached, done.error};
  }
  bool probe() override { return connection_->query("select 1", {}).reached; }
  void interrupt() noexcept override { connection_->interrupt(); }

private:
  std::unique_ptr<sql_connection> connection_;
};

class redis_writer final : public database_worker {
public:
  explicit redis_writer(const server_settings& server) : connection_(server) {}

  database_answer ask(const database_call& call) override {
    std::vector<std::string> words;
    for (const auto& w : call.values)
      words.push_back(w.value_or(""));
    database_answer answer;
    if (const auto r = connection_.execute(words, answer.error)) {
      answer.reached = true;
      if (r->type == REDIS_REPLY_ERROR)
        answer.error = r->str;
    }
    return answer;
  }

  bool probe() override {
    std::string error;
    return connection_.ask({"PING"}, error) != nullptr;
  }
  void interrupt() noexcept override { connection_.interrupt(); }

private:
  redis_connection connection_;
};

std::shared_ptr<database_worker> make_writer(database_kind kind, const server_settings& server) {
  switch (kind) {
    case database_kind::pgsql: return std::make_shared<sql_writer>(make_pgsql_connection(server));
    case database_kind::mysql: return std::make_shared<sql_writer>(make_mysql_connection(server));
    default: return std::make_shared<redis_writer>(server);
  }
}

} // namespace

database_actor spawn_database_client(caf::actor_system& system, database_kind kind,
                                     const server_settings& server, const pool_settings& pool_of,
                                     const alarms_actor& alarms) {
  return system.spawn<pool<database_call, database_answer>>(
      pool_of, [kind, server] { return make_writer(kind, server); }, alarms);
}

} // namespace troupe
