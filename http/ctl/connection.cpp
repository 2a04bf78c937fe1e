// The client's side of cpp-httplib.
#include "connection.hpp"

#include "../json_body.hpp"
#include "server_identity.hpp"
#include "troupe/actors/log.hpp"

#include <httplib.h>

#include <openssl/err.h>

namespace troupe::ctl {

namespace json = boost::json;

namespace {

std::string refusal(int status, const json::object& body) {
  const auto* message = body.if_contains("message");
  const auto* code = body.if_contains("code");
  std::string out =
      message != nullptr && message->is_string() ? log::printable(message->get_string()) : "refused";
  if (code != nullptr && code->is_int64())
    out += " (code " + std::to_string(code->get_int64()) + ")";
  if (status != 200)
    out += ", HTTP " + std::to_string(status);
  return out;
}

std::string reason(httplib::Error error) {
  const char* tls = ERR_reason_error_string(ERR_peek_error());
  return tls != nullptr ? httplib::to_string(error) + ": " + tls : httplib::to_string(error);
}

} // namespace

connection::connection(const access& where)
    : url_(where.url),
      identity_(std::make_unique<server_identity>()),
      http_(std::make_unique<httplib::Client>(where.url)) {
  if (auto* tls = http_->ssl_context()) {
    http_->enable_server_certificate_verification(false); // OpenSSL does it, in the handshake
    unusable_ = identity_->demand(tls, where);
  } else if (!where.cacertfile.empty()) {
    unusable_ = "--cacert is for https, not for " + url_;
  }
  http_->set_basic_auth(where.id, where.secret);
  http_->set_connection_timeout(5);
  http_->set_read_timeout(30);
  http_->set_keep_alive(true);
  http_->set_url_encode(false);
}

connection::~connection() = default;

std::optional<json::object> connection::call(const request& r, std::string& problem) {
  if (!unusable_.empty()) {
    problem = unusable_;
    return {};
  }
  const auto target = "/api/v4" + r.path;
  httplib::Request request;
  request.method = r.method;
  request.path = target;
  request.body = r.body;
  if (!r.body.empty())
    request.set_header("Content-Type", "application/json");
  ERR_clear_error();
  const auto result =
      http_->is_valid() ? http_->send(request) : httplib::Result{nullptr, httplib::Error::Unknown};
  if (!result) {
    problem = "the broker does not answer at " + url_ + " (" + reason(result.error()) + ")";
    return {};
  }
  auto body = parse_body(result->body, deepest_around, any_number);
  if (!body || !body->is_object()) {
    problem = "no answer of a broker at " + url_ + ": HTTP " + std::to_string(result->status);
    return {};
  }
  auto& answer = body->get_object();
  const auto* code = answer.if_contains("code");
  if (result->status != 200 || code == nullptr || *code != 0) {
    problem = refusal(result->status, answer);
    return {};
  }
  return std::move(answer);
}

} // namespace troupe::ctl
