#include "sql_auth.hpp"

#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/time_text.hpp"

#include <atomic>
#include <utility>

namespace troupe {

namespace {

using access::client_facts;
using access::topic_question;
using verdict = back_end_answer::verdict;

class sql_auth final : public auth_worker {
public:
  sql_auth(const sql_auth_settings& config, access::parameter_marks marks, const char* name,
           std::unique_ptr<sql_connection> connection, std::shared_ptr<std::atomic<std::uint64_t>> unclear)
      : name_(name),
        unclear_(std::move(unclear)),
        hash_(access::parse_hash_scheme(config.password_hash).value_or(access::hash_scheme{})),
        auth_(access::bind_query(config.auth_query, marks).value_or(access::bound_query{})),
        super_(access::bind_query(config.super_query, marks).value_or(access::bound_query{})),
        acl_(access::bind_query(config.acl_query, marks).value_or(access::bound_query{})),
        connection_(std::move(connection)) {}

  back_end_answer ask(const ask_back_end& q) override {
    return q.topic ? authorize(*q.who, *q.topic) : authenticate(*q.who);
  }

  bool probe() override { return connection_->query("select 1", {}).reached; }
  void interrupt() noexcept override { connection_->interrupt(); }

private:
  sql_rows rows_of(const access::bound_query& query, const client_facts& who, const topic_question* topic) {
    const auto values = query.values(who, topic);
    auto found = connection_->query(query.text, {values.begin(), values.end()});
    if (found.reached && !found.error.empty())
      log::error("[Back end] {}: {}", name_, log::printable(found.error));
    return found;
  }

  back_end_answer authenticate(const client_facts& who) {
    if (auth_.text.empty())
      return {.reached = true};
    const auto found = rows_of(auth_, who, nullptr);
    back_end_answer answer{.reached = found.reached, .error = found.error};
    if (!found.error.empty()) {
      answer.what = verdict::no;
      answer.reason = mqtt::reason_code::server_unavailable;
    } else if (!found.rows.empty()) {
      const bool right = access::matches_row(hash_, found.rows.front(), who.password.value_or(""));
      answer.what = right ? verdict::yes : verdict::no;
      answer.reason = mqtt::reason_code::bad_user_name_or_password;
      answer.superuser = right && is_superuser(who);
    }
    return answer;
  }

  bool is_superuser(const client_facts& who) {
    if (super_.text.empty())
      return false;
    const auto found = rows_of(super_, who, nullptr);
    return !found.rows.empty() && access::is_superuser_row(found.rows.front());
  }

  back_end_answer authorize(const client_facts& who, const topic_question& topic) {
    const auto found = rows_of(acl_, who, &topic);
    back_end_answer answer{.reached = found.reached, .error = found.error};
    auto read = access::read_acl_rows(found.rows);
    if (read.unclear > 0)
      complain(read);
    if (const auto result = access::decide_by(std::move(read.rules), who, topic))
      answer.what = *result == access::decision::allow ? verdict::yes : verdict::no;
    return answer;
  }

  void complain(const access::row_rules& read) {
    const auto all = unclear_->fetch_add(read.unclear, std::memory_order_relaxed) + read.unclear;
    if (lines_.next(now_ms()))
      log::warning("[Back end] {}: a row of acl_query is no rule: {} ({} so far)", name_,
                   log::printable(read.example), all);
  }

  const char* name_;
  std::shared_ptr<std::atomic<std::uint64_t>> unclear_; // rows, of all workers
  log_limiter lines_;
  access::hash_scheme hash_;
  access::bound_query auth_, super_, acl_;
  std::unique_ptr<sql_connection> connection_;
};

} // namespace

auth_back_end make_sql_back_end(const sql_auth_settings& config, access::parameter_marks marks,
                                const char* name,
                                std::unique_ptr<sql_connection> (*connect)(const server_settings&)) {
  return {.workers = config.server.pool,
          .longest = 8 * config.server.timeout, // two questions, each perhaps twice, and connections
          .authorizes = !config.acl_query.empty(),
          .make = [=, unclear = std::make_shared<std::atomic<std::uint64_t>>(0)] {
            return std::make_shared<sql_auth>(config, marks, name, connect(config.server), unclear);
          }};
}

} // namespace troupe
