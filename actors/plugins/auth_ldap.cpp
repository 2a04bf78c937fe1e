// emqx_auth_ldap: users in a directory, with the topics that they may publish to and subscribe to
// (reference/plugins-modules.md section 2).
#include "../access/back_end_rows.hpp"
#include "../backends/watched_socket.hpp"
#include "plugin.hpp"
#include "troupe/actors/config.hpp"

#include <ldap.h>
#include <map>
#include <sys/time.h>

namespace troupe {

namespace {

using access::client_facts;
using access::topic_question;
using verdict = back_end_answer::verdict;

struct ldap_freed {
  void operator()(LDAP* l) const noexcept { ldap_unbind_ext_s(l, nullptr, nullptr); }
  void operator()(LDAPMessage* m) const noexcept { ldap_msgfree(m); }
};
using message_ptr = std::unique_ptr<LDAPMessage, ldap_freed>;

constexpr const char* publish_attribute = "mqttPublishTopic";
constexpr const char* subscribe_attribute = "mqttSubscriptionTopic";
constexpr const char* both_attribute = "mqttPubSubTopic";

// Attributes of an entry by their names.
using entry = std::map<std::string, std::vector<std::string>>;

class ldap_connection {
public:
  explicit ldap_connection(const ldap_auth_settings& config) : config_(config) {}

  // Fills `found` with the user's entry, or leaves it empty. False: there is no answer.
  bool find(const std::string& user, const std::vector<const char*>& attributes, entry& found,
            std::string& error) {
    const auto filter = "(&(objectClass=" + access::escape_ldap_value(config_.match_objectclass) + ")(" +
                        config_.username_attribute + "=" + access::escape_ldap_value(user) + "))";
    return ask([&] { return search(config_.device_dn, LDAP_SCOPE_SUBTREE, filter, attributes, found); },
               error);
  }

  // Whether the server answers.
  bool probe() {
    entry ignored;
    std::string error;
    return ask([&] { return search("", LDAP_SCOPE_BASE, "(objectClass=*)", {LDAP_NO_ATTRS}, ignored); },
               error);
  }

  void interrupt() noexcept { socket_.interrupt(); }

private:
  // Again by a new connection, when the one that there was has broken meanwhile.
  template <class Search>
  bool ask(Search search_once, std::string& error) {
    for (;;) {
      const bool used = connection_ != nullptr;
      int result = used ? LDAP_SUCCESS : open();
      if (result == LDAP_SUCCESS)
        result = search_once();
      if (result == LDAP_SUCCESS || result == LDAP_NO_SUCH_OBJECT)
        return true;
      error = ldap_err2string(result);
      close();
      if (!used)
        return false;
    }
  }

  int open() {
    if (socket_.interrupted())
      return LDAP_USER_CANCELLED;
    const auto& s = config_.server;
    const bool six = s.host.find(':') != std::string::npos;
    const auto uri =
        (s.ssl ? "ldaps://" : "ldap://") + (six ? "[" + s.host + "]" : s.host) + ":" + std::to_string(s.port);
    LDAP* made = nullptr;
    if (const int result = ldap_initialize(&made, uri.c_str()); result != LDAP_SUCCESS)
      return result;
    connection_.reset(made);
    if (const int result = set_options(); result != LDAP_SUCCESS)
      return result;
    berval password{config_.bind_password.size(), config_.bind_password.data()};
    const int result = ldap_sasl_bind_s(made, config_.bind_dn.c_str(), LDAP_SASL_SIMPLE, &password, nullptr,
                                        nullptr, nullptr);
    int socket = -1;
    if (ldap_get_option(made, LDAP_OPT_DESC, &socket) == LDAP_OPT_SUCCESS)
      socket_.watch(socket);
    return result;
  }

  int set_options() {
    auto* l = connection_.get();
    const int version = LDAP_VERSION3, fresh = 0;
    const auto& tls = config_.server.tls;
    const int check = tls.verify_peer ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
    const timeval time{config_.server.timeout.count() / 1000, (config_.server.timeout.count() % 1000) * 1000};
    bool done = ldap_set_option(l, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS &&
                ldap_set_option(l, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS &&
                ldap_set_option(l, LDAP_OPT_NETWORK_TIMEOUT, &time) == LDAP_OPT_SUCCESS &&
                ldap_set_option(l, LDAP_OPT_TIMEOUT, &time) == LDAP_OPT_SUCCESS;
    const auto file = [&](int option, const std::string& name) {
      done = done && (name.empty() || ldap_set_option(l, option, name.c_str()) == LDAP_OPT_SUCCESS);
    };
    if (config_.server.ssl) {
      file(LDAP_OPT_X_TLS_CACERTFILE, tls.cacertfile);
      file(LDAP_OPT_X_TLS_CERTFILE, tls.certfile);
      file(LDAP_OPT_X_TLS_KEYFILE, tls.keyfile);
      done = done && ldap_set_option(l, LDAP_OPT_X_TLS_REQUIRE_CERT, &check) == LDAP_OPT_SUCCESS &&
             ldap_set_option(l, LDAP_OPT_X_TLS_NEWCTX, &fresh) == LDAP_OPT_SUCCESS;
    }
    return done ? LDAP_SUCCESS : LDAP_PARAM_ERROR;
  }

  int search(const std::string& base, int scope, const std::string& filter,
             std::vector<const char*> attributes, entry& found) {
    attributes.push_back(nullptr);
    timeval time{config_.server.timeout.count() / 1000, (config_.server.timeout.count() % 1000) * 1000};
    LDAPMessage* raw = nullptr;
    const int result =
        ldap_search_ext_s(connection_.get(), base.c_str(), scope, filter.c_str(),
                          const_cast<char**>(attributes.data()), 0, nullptr, nullptr, &time, 2, &raw);
    const message_ptr all{raw};
    if (result != LDAP_SUCCESS && result != LDAP_SIZELIMIT_EXCEEDED)
      return result;
    // A name of two users is of neither.
    if (auto* first = ldap_first_entry(connection_.get(), raw);
        first != nullptr && ldap_next_entry(connection_.get(), first) == nullptr)
      for (const char* name : attributes)
        if (name != nullptr)
          found[name] = values_of(first, name);
    return LDAP_SUCCESS;
  }

  std::vector<std::string> values_of(LDAPMessage* of, const char* name) {
    std::vector<std::string> out;
    berval** values = ldap_get_values_len(connection_.get(), of, name);
    for (int i = 0; values != nullptr && values[i] != nullptr; ++i)
      out.emplace_back(values[i]->bv_val, values[i]->bv_len);
    ldap_value_free_len(values);
    return out;
  }

  void close() noexcept {
    socket_.forget();
    connection_.reset();
  }

  ldap_auth_settings config_;
  std::unique_ptr<LDAP, ldap_freed> connection_;
  watched_socket socket_;
};

class ldap_auth final : public auth_worker {
public:
  explicit ldap_auth(const ldap_auth_settings& config) : config_(config), connection_(config) {}

  back_end_answer ask(const ask_back_end& q) override {
    if (!q.who->username || q.who->username->empty())
      return {.reached = true};
    return q.topic ? authorize(*q.who, *q.topic) : authenticate(*q.who);
  }

  bool probe() override { return connection_.probe(); }
  void interrupt() noexcept override { connection_.interrupt(); }

private:
  back_end_answer authenticate(const client_facts& who) {
    back_end_answer answer;
    entry user;
    answer.reached =
        connection_.find(*who.username, {config_.password_attribute.c_str()}, user, answer.error);
    if (user.empty())
      return answer;
    answer.what = verdict::no;
    answer.reason = mqtt::reason_code::bad_user_name_or_password;
    for (const auto& stored : user[config_.password_attribute])
      if (access::matches_ldap_password(stored, who.password.value_or("")))
        answer.what = verdict::yes;
    return answer;
  }

  back_end_answer authorize(const client_facts& who, const topic_question& topic) {
    back_end_answer answer;
    entry user;
    answer.reached = connection_.find(*who.username, {publish_attribute, subscribe_attribute, both_attribute},
                                      user, answer.error);
    std::vector<access::acl_rule> rules;
    const auto add = [&](const char* attribute, const char* what) {
      for (const auto& t : user[attribute])
        if (auto rule = access::read_allowed_topic(t, what))
          rules.push_back(std::move(*rule));
    };
    add(subscribe_attribute, "1");
    add(publish_attribute, "2");
    add(both_attribute, "3");
    if (access::decide_by(std::move(rules), who, topic))
      answer.what = verdict::yes;
    return answer;
  }

  ldap_auth_settings config_;
  ldap_connection connection_;
};

auth_back_end back_end(const settings& config) {
  const auto& c = config.auth_ldap;
  return {.workers = c.server.pool, .longest = 4 * c.server.timeout, .authorizes = true, .make = [c] {
            return std::make_shared<ldap_auth>(c);
          }};
}

} // namespace

const plugin auth_ldap_plugin{plugin_kind::auth_ldap,
                              "emqx_auth_ldap",
                              plugin_type::auth,
                              "EMQ X Authentication/ACL with LDAP",
                              false,
                              nullptr,
                              back_end};

} // namespace troupe
