// emqx_auth_http: a web service says who may connect, who may do everything, and who may publish and
// subscribe to what (reference/plugins-modules.md section 2).
#include "../backends/http_connection.hpp"
#include "plugin.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>

namespace troupe {

namespace {

using access::client_facts;
using access::topic_question;
using mqtt::reason_code;
using verdict = back_end_answer::verdict;

constexpr milliseconds default_timeout{5'000};
constexpr milliseconds longest_question{120'000};

// One of the three questions, and the connection that it goes by.
class question {
public:
  question(const http_question_settings& config, const auth_http_settings& all)
      : get_(config.get), json_(config.json && !config.get), headers_(all.headers) {
    headers_.insert(headers_.end(), config.headers.begin(), config.headers.end());
    const auto url = access::parse_url(config.url);
    const auto params = access::parse_named_patterns(config.params);
    if (!url || !params)
      return; // not configured: others are refused before the start
    target_ = url->target;
    params_ = *params;
    http_client_settings s{.server = *url, .tls = all.tls};
    s.connect_timeout = all.connect_timeout.count() > 0 ? all.connect_timeout : default_timeout;
    s.request_timeout = all.request_timeout.count() > 0 ? all.request_timeout : default_timeout;
    s.retries = all.retry_times;
    s.retry_interval = all.retry_interval;
    s.retry_backoff = all.retry_backoff;
    connection_ = std::make_unique<http_connection>(s);
  }

  bool configured() const noexcept { return connection_ != nullptr; }
  http_connection& connection() noexcept { return *connection_; }

  http_answer ask(const client_facts& who, const topic_question* topic) {
    http_call call{.method = get_ ? "GET" : "POST", .target = target_, .headers = headers_};
    if (get_) {
      call.target += (target_.find('?') == std::string::npos ? '?' : '&') + form_of(params_, who, topic);
    } else {
      call.content_type = json_ ? "application/json" : "application/x-www-form-urlencoded";
      call.body = json_ ? json_of(params_, who, topic) : form_of(params_, who, topic);
    }
    return connection_->ask(call);
  }

private:
  bool get_, json_;
  std::string target_;
  std::vector<access::named_pattern> params_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::unique_ptr<http_connection> connection_;
};

reason_code reason_of(int status) noexcept {
  switch (status) {
    case 400:
    case 401: return reason_code::bad_user_name_or_password;
    case 403: return reason_code::not_authorized;
    case 429: return reason_code::banned;
    case 504: return reason_code::server_busy;
    default: return reason_code::server_unavailable;
  }
}

// `{"mountpoint":"…"}`
std::optional<std::string> mount_point_of(const std::string& body) {
  boost::json::error_code failed;
  const auto value = boost::json::parse(body, failed);
  if (failed || !value.is_object())
    return {};
  const auto* found = value.get_object().if_contains("mountpoint");
  return found != nullptr && found->is_string() ? std::optional{std::string{found->get_string()}}
                                                : std::nullopt;
}

class http_auth final : public auth_worker {
public:
  explicit http_auth(const auth_http_settings& config)
      : auth_(config.auth, config), super_(config.super, config), acl_(config.acl, config) {}

  back_end_answer ask(const ask_back_end& q) override {
    return q.topic ? authorize(*q.who, *q.topic) : authenticate(*q.who);
  }

  bool probe() override {
    for (auto* q : {&auth_, &super_, &acl_})
      if (q->configured() && !(why_ = q->connection().probe()).empty())
        return false;
    return true;
  }

  std::string probe_error() const override { return why_; }

  void interrupt() noexcept override {
    for (auto* q : {&auth_, &super_, &acl_})
      if (q->configured())
        q->connection().interrupt();
  }

private:
  back_end_answer authenticate(const client_facts& who) {
    if (!auth_.configured())
      return {.reached = true};
    const auto http = auth_.ask(who, nullptr);
    back_end_answer answer{.reached = http.reached, .error = http.error};
    if (http.status != 200) {
      answer.what = verdict::no;
      answer.reason = reason_of(http.status);
    } else if (http.body != "ignore") {
      answer.mount_point = mount_point_of(http.body);
      if (!usable(answer.mount_point, who)) {
        answer.what = verdict::no;
        answer.reason = reason_code::server_unavailable;
        return answer;
      }
      answer.what = verdict::yes;
      answer.superuser = super_.configured() && super_.ask(who, nullptr).status == 200;
    }
    return answer;
  }

  back_end_answer authorize(const client_facts& who, const topic_question& topic) {
    if (!acl_.configured() || (who.username && who.username->starts_with('$')))
      return {.reached = true};
    const auto http = acl_.ask(who, &topic);
    back_end_answer answer{.reached = http.reached, .error = http.error};
    if (http.status != 200)
      answer.what = http.status == 0 ? verdict::ignore : verdict::no;
    else
      answer.what = http.body == "ignore" ? verdict::ignore : verdict::yes;
    return answer;
  }

  // One that cannot stand before a topic would leave the client everybody's.
  bool usable(const std::optional<std::string>& mount_point, const client_facts& who) {
    if (!mount_point || mount_point->empty() || mqtt::valid_topic_name(*mount_point))
      return true;
    if (const auto left_out = lines_.next(steady_ms()))
      log::warning(
          "[Back end] emqx_auth_http: {} is refused, as its mount point {} has a wildcard, or is too "
          "long{}",
          log::printable(who.client_id), log::printable(*mount_point), left_out_note(*left_out));
    return false;
  }

  question auth_, super_, acl_;
  log_limiter lines_;
  std::string why_; // the last probe failed
};

// With all repetitions.
milliseconds longest(const auth_http_settings& c) {
  const auto once =
      std::max(c.request_timeout, default_timeout) + std::max(c.connect_timeout, default_timeout);
  auto all = std::chrono::duration<double, std::milli>{once};
  auto pause = std::chrono::duration<double, std::milli>{c.retry_interval};
  for (unsigned n = 0; n < c.retry_times && all < longest_question; ++n, pause *= c.retry_backoff)
    all += pause + once;
  return std::min(longest_question, 2 * std::chrono::duration_cast<milliseconds>(all)); // auth_req, super_req
}

auth_back_end back_end(const settings& config) {
  const auto& c = config.auth_http;
  return {.workers = c.pool, .longest = longest(c), .authorizes = !c.acl.url.empty(), .make = [c] {
            return std::make_shared<http_auth>(c);
          }};
}

} // namespace

const plugin auth_http_plugin{plugin_kind::auth_http,
                              "emqx_auth_http",
                              plugin_type::auth,
                              "EMQ X Authentication/ACL with HTTP API",
                              false,
                              nullptr,
                              back_end};

} // namespace troupe
