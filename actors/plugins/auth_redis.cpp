// emqx_auth_redis: users and rules in Redis (reference/plugins-modules.md section 2).
#include "../access/back_end_rows.hpp"
#include "../backends/redis_client.hpp"
#include "plugin.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"

namespace troupe {

namespace {

using access::client_facts;
using access::topic_question;
using verdict = back_end_answer::verdict;

// A command whose words are patterns: what a client is called stays within its word.
class command {
public:
  explicit command(std::string_view text) {
    for (const auto word : words_of_command(text))
      words_.emplace_back(word);
  }

  bool empty() const noexcept { return words_.empty(); }

  std::vector<std::string> fill(const client_facts& who) const {
    std::vector<std::string> out;
    for (const auto& w : words_)
      out.push_back(w.fill(who, nullptr));
    return out;
  }

private:
  std::vector<access::text_pattern> words_;
};

std::optional<std::string> text_of(const redisReply& r) {
  if (r.type == REDIS_REPLY_STRING || r.type == REDIS_REPLY_STATUS)
    return std::string(r.str, static_cast<std::size_t>(r.len));
  return r.type == REDIS_REPLY_INTEGER ? std::optional{std::to_string(r.integer)} : std::nullopt;
}

// The values of an array, or the value alone.
access::back_end_row row_of(const redisReply& r) {
  access::back_end_row out;
  if (r.type != REDIS_REPLY_ARRAY)
    return {text_of(r)};
  for (std::size_t i = 0; i < r.elements; ++i)
    out.push_back(text_of(*r.element[i]));
  return out;
}

class redis_auth final : public auth_worker {
public:
  explicit redis_auth(const redis_auth_settings& config)
      : hash_(access::parse_hash_scheme(config.password_hash).value_or(access::hash_scheme{})),
        auth_(config.auth_cmd),
        super_(config.super_cmd),
        acl_(config.acl_cmd),
        redis_(config.where) {}

  back_end_answer ask(const ask_back_end& q) override {
    return q.topic ? authorize(*q.who, *q.topic) : authenticate(*q.who);
  }

  bool probe() override {
    std::string error;
    return redis_.ask({"PING"}, error) != nullptr;
  }

  void interrupt() noexcept override { redis_.interrupt(); }

private:
  // Null: it was not reached. An error of the server is a row without values.
  std::optional<access::back_end_row> row(const command& what, const client_facts& who,
                                          back_end_answer& answer) {
    const auto r = redis_.ask(what.fill(who), answer.error);
    if (!r)
      return {};
    answer.reached = true;
    if (r->type != REDIS_REPLY_ERROR)
      return row_of(*r);
    answer.error = r->str;
    log::error("[Back end] emqx_auth_redis: {}", log::printable(answer.error));
    return access::back_end_row{};
  }

  back_end_answer authenticate(const client_facts& who) {
    if (auth_.empty())
      return {.reached = true};
    back_end_answer answer;
    const auto found = row(auth_, who, answer);
    if (!found)
      return answer;
    if (!answer.error.empty()) {
      answer.what = verdict::no;
      answer.reason = mqtt::reason_code::server_unavailable;
    } else if (!found->empty() && found->front()) {
      const bool right = access::matches_row(hash_, *found, who.password.value_or(""));
      answer.what = right ? verdict::yes : verdict::no;
      answer.reason = mqtt::reason_code::bad_user_name_or_password;
      answer.superuser = right && is_superuser(who);
    }
    return answer;
  }

  bool is_superuser(const client_facts& who) {
    if (super_.empty())
      return false;
    back_end_answer ignored;
    const auto found = row(super_, who, ignored);
    return found && access::is_superuser_row(*found);
  }

  // A hash of topics and accesses: who has one may do nothing else.
  back_end_answer authorize(const client_facts& who, const topic_question& topic) {
    back_end_answer answer;
    const auto found = row(acl_, who, answer);
    if (!found || !answer.error.empty() || found->empty())
      return answer;
    std::vector<access::acl_rule> rules;
    for (std::size_t i = 0; i + 1 < found->size(); i += 2)
      if (auto rule = access::read_allowed_topic((*found)[i].value_or(""), (*found)[i + 1].value_or("")))
        rules.push_back(std::move(*rule));
    const auto result = access::decide_by(std::move(rules), who, topic);
    answer.what = result == access::decision::allow ? verdict::yes : verdict::no;
    return answer;
  }

  access::hash_scheme hash_;
  command auth_, super_, acl_;
  redis_client redis_;
};

auth_back_end back_end(const settings& config) {
  const auto& c = config.auth_redis;
  const auto& server = c.where.server;
  return {.workers = server.pool,
          .longest = (8 + 2 * c.where.servers.size()) * server.timeout,
          .authorizes = !c.acl_cmd.empty(),
          .make = [c] { return std::make_shared<redis_auth>(c); }};
}

} // namespace

const plugin auth_redis_plugin{plugin_kind::auth_redis,
                               "emqx_auth_redis",
                               plugin_type::auth,
                               "EMQ X Authentication/ACL with Redis",
                               false,
                               nullptr,
                               back_end};

} // namespace troupe
