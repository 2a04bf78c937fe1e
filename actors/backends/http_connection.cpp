#include "http_connection.hpp"

#include "server_probe.hpp"
#include "troupe/mqtt/base64.hpp"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace troupe {

namespace {

// A line break in them would make another header, or another request.
bool is_one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool can_be_sent(const http_call& call) {
  return is_one_line(call.method) && is_one_line(call.target) && call.target.starts_with('/') &&
         is_one_line(call.content_type) &&
         std::all_of(call.headers.begin(), call.headers.end(),
                     [](const auto& h) { return is_one_line(h.first) && is_one_line(h.second); });
}

// OpenSSL checks whose the certificate is: cpp-httplib 0.11 compares addresses with memory that it has not
// set.
bool expect_identity(httplib::Client& client, const std::string& host) {
  auto* rules = SSL_CTX_get0_param(client.ssl_context());
  return rules != nullptr && (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1 ||
                              X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1);
}

// Once more for probes: cpp-httplib reads this when it first connects.
bool load_trusted(SSL_CTX* context, const std::string& file) {
  return (file.empty() ? SSL_CTX_set_default_verify_paths(context)
                       : SSL_CTX_load_verify_file(context, file.c_str())) == 1;
}

// cpp-httplib names the step that failed.
std::string step_text(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection: return "it cannot be connected to";
    case httplib::Error::ConnectionTimeout: return "no connection in time";
    case httplib::Error::Write: return "the request could not be sent";
    case httplib::Error::Read: return "no answer in time, or the connection was closed";
    default: return httplib::to_string(error);
  }
}

std::string error_text(const httplib::Client& client, httplib::Error error) {
  auto text = step_text(error);
  auto why = first_tls_error();
  if (error == httplib::Error::SSLServerVerification)
    if (const auto result = client.get_openssl_verify_result(); result != X509_V_OK)
      why = X509_verify_cert_error_string(result);
  return why.empty() ? text : text + ": " + why;
}

bool is_before_request(httplib::Error error) {
  using httplib::Error;
  return error == Error::Connection || error == Error::ConnectionTimeout || error == Error::BindIPAddress ||
         error == Error::SSLConnection || error == Error::SSLServerVerification;
}

constexpr const char* unusable = "its TLS files cannot be used";

std::unique_ptr<httplib::Client> make_client(const http_client_settings& s) {
  const auto place = (s.server.secure ? "https://" : "http://") + s.server.authority();
  auto client = s.tls.certfile.empty()
                    ? std::make_unique<httplib::Client>(place)
                    : std::make_unique<httplib::Client>(place, s.tls.certfile, s.tls.keyfile);
  client->set_connection_timeout(s.connect_timeout);
  client->set_read_timeout(s.request_timeout);
  client->set_write_timeout(s.request_timeout);
  client->set_keep_alive(true);
  client->set_tcp_nodelay(true);
  client->set_url_encode(false); // it is encoded already
  if (s.server.secure) {
    if (!s.tls.cacertfile.empty())
      client->set_ca_cert_path(s.tls.cacertfile);
    client->enable_server_certificate_verification(s.tls.verify_peer);
  }
  return client;
}

} // namespace

http_connection::http_connection(const http_client_settings& settings)
    : settings_(settings),
      client_(make_client(settings)),
      usable_(client_->is_valid() && (!settings.server.secure || !settings.tls.verify_peer ||
                                      expect_identity(*client_, settings.server.host))) {
  // cpp-httplib can be stopped while it waits for an answer, but not while it waits for a connection.
  client_->set_socket_options([this](int socket) { socket_.watch(socket); });
}

http_connection::~http_connection() = default;

http_answer http_connection::ask(const http_call& call) {
  auto answer = attempt(call, settings_.resend);
  std::chrono::duration<double, std::milli> pause = settings_.retry_interval;
  for (unsigned n = 0; n < settings_.retries && !answer.reached; ++n) {
    if (!rest(std::chrono::duration_cast<std::chrono::milliseconds>(pause)))
      break;
    pause *= settings_.retry_backoff;
    answer = attempt(call, settings_.resend);
  }
  return answer;
}

std::string http_connection::probe() {
  constexpr std::chrono::milliseconds longest{3'000}; // reference/rule-engine.md section 11
  const auto end = std::chrono::steady_clock::now() + std::min(longest, settings_.connect_timeout);
  if (!rest({}))
    return "it is not asked any more";
  if (!usable_)
    return unusable;
  if (!settings_.server.secure)
    return probe_server(settings_.server, nullptr, false, stop_, end);
  auto* tls = client_->ssl_context();
  if (settings_.tls.verify_peer && !trusts_)
    trusts_ = load_trusted(tls, settings_.tls.cacertfile);
  ERR_clear_error();
  return probe_server(settings_.server, tls, settings_.tls.verify_peer, stop_, end);
}

// A server may close a connection that was idle in the moment in which it is used again.
http_answer http_connection::attempt(const http_call& call, bool resend) {
  bool closed = false;
  auto answer = once(call, closed);
  return closed && resend ? once(call, closed) : answer;
}

http_answer http_connection::once(const http_call& call, bool& closed) {
  http_answer answer;
  if (!rest({})) {
    answer.error = "it is not asked any more";
    return answer;
  }
  if (!can_be_sent(call) || !usable_) {
    answer.reached = usable_; // it is not the server that is wrong
    answer.error = answer.reached ? "the request cannot be written" : unusable;
    answer.again = usable_ ? ask_again::never : ask_again::when_up;
    return answer;
  }
  const bool reused = client_->is_socket_open() != 0;
  httplib::Request request;
  request.method = call.method;
  request.path = call.target;
  request.body = call.body;
  for (const auto& [name, value] : call.headers)
    request.set_header(name, value);
  if (const auto& user = settings_.server.credentials; !user.empty() && !request.has_header("Authorization"))
    request.set_header("Authorization", "Basic " + mqtt::to_base64(user));
  request.set_header("User-Agent", "Troupe/" TROUPE_VERSION);
  if (!call.content_type.empty())
    request.set_header("Content-Type", call.content_type);
  request.content_receiver = [&answer](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (answer.body.size() + size > most_body)
      return false;
    answer.body.append(data, size);
    return true;
  };
  bool has_begun = false; // the answer
  request.response_handler = [&has_begun](const httplib::Response&) { return has_begun = true; };
  const auto began = std::chrono::steady_clock::now();
  ERR_clear_error();
  const auto result = client_->send(request);
  socket_.forget();
  if (result) {
    answer.reached = true;
    answer.status = result->status;
    return answer;
  }
  const auto error = result.error();
  const auto took = std::chrono::steady_clock::now() - began;
  const bool broken = error == httplib::Error::Read || error == httplib::Error::Write;
  closed = reused && broken && took < settings_.request_timeout / 2;
  if (is_before_request(error))
    answer.again = ask_again::when_up;
  else if (broken && !has_begun && took < settings_.request_timeout) // it did not wait in vain
    answer.again = ask_again::soon;
  answer.body.clear();
  answer.reached = error == httplib::Error::Canceled;
  answer.error = answer.reached ? "its answer is too large" : error_text(*client_, error);
  return answer;
}

// False: there is no point in going on.
bool http_connection::rest(std::chrono::milliseconds time) {
  std::unique_lock lock{mutex_};
  return !woken_.wait_for(lock, time, [this] { return interrupted_; });
}

void http_connection::interrupt() noexcept {
  {
    const std::scoped_lock lock{mutex_};
    interrupted_ = true;
  }
  socket_.interrupt();
  woken_.notify_all();
  stop_.interrupt();
  client_->stop();
}

} // namespace troupe
