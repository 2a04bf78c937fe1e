// emqx_auth_jwt: who has a JSON Web Token that somebody trusted has signed may connect
// (reference/plugins-modules.md section 2).
#include "../access/jwt.hpp"
#include "../backends/jwt_key_source.hpp"
#include "plugin.hpp"
#include "troupe/actors/config.hpp"

#include <chrono>

namespace troupe {

namespace {

using access::client_facts;
using access::jwt_status;
using verdict = back_end_answer::verdict;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What shall be the token; null: there is none.
const std::optional<std::string>& shown_by(const client_facts& who, bool by_username) {
  return by_username ? who.username : who.password;
}

class jwt_auth final : public auth_worker {
public:
  jwt_auth(const auth_jwt_settings& config, std::shared_ptr<jwt_key_source> keys)
      : by_username_(config.from_username), keys_(std::move(keys)) {
    if (config.verify_claims)
      for (const auto& [name, pattern] : config.claims)
        claims_.push_back({name, access::text_pattern{pattern}});
  }

  back_end_answer ask(const ask_back_end& q) override {
    const auto& token = shown_by(*q.who, by_username_);
    back_end_answer answer;
    if (q.topic || !token) { // nobody asks that
      answer.reached = true;
      return answer;
    }
    auto keys = keys_->keys(answer.error);
    if (!keys)
      return answer;
    answer.reached = true;
    auto found = access::verify_jwt(*token, *keys, now_s());
    if (found.status == jwt_status::unknown_key && (keys = keys_->newer_keys(answer.error)))
      found = access::verify_jwt(*token, *keys, now_s());
    if (found.status != jwt_status::no_token)
      answer.what =
          found.status == jwt_status::valid && claims_hold(found.claims, *q.who) ? verdict::yes : verdict::no;
    return answer;
  }

  bool probe() override {
    why_.clear();
    return keys_->keys(why_) != nullptr;
  }

  std::string probe_error() const override { return why_; }

  void interrupt() noexcept override { keys_->interrupt(); }

private:
  bool claims_hold(const boost::json::object& claims, const client_facts& who) const {
    for (const auto& c : claims_)
      if (access::claim_text(claims, c.name) != c.value.fill(who, nullptr))
        return false;
    return true;
  }

  bool by_username_;
  std::vector<access::named_pattern> claims_;
  std::shared_ptr<jwt_key_source> keys_;
  std::string why_; // the last probe failed
};

auth_back_end back_end(const settings& config) {
  const auto& c = config.auth_jwt;
  const auto keys = std::make_shared<jwt_key_source>(c);
  return {.workers = c.pool,
          .warning =
              takes_default_secret(c)
                  ? "auth.jwt.secret is the one that EMQ X ships, with which everybody can sign a token"
                  : "",
          .concerns =
              [by_username = c.from_username](const client_facts& who) {
                const auto& shown = shown_by(who, by_username);
                return shown && access::is_jwt(*shown);
              },
          .tell_troubles = [keys](trouble_teller tell) { keys->tell_troubles(std::move(tell)); },
          .make = [c, keys] { return std::make_shared<jwt_auth>(c, keys); }};
}

} // namespace

const plugin auth_jwt_plugin{plugin_kind::auth_jwt,
                             "emqx_auth_jwt",
                             plugin_type::auth,
                             "EMQ X Authentication with JWT",
                             false,
                             nullptr,
                             back_end};

} // namespace troupe
