#include "tls_context.hpp"

#include "tls_files.hpp"

#include <utility>

namespace troupe {

tls_context::tls_context(const tls_settings& config, std::shared_ptr<const psk_identities> psk)
    : config_(config), psk_(std::move(psk)) {}

tls_context::context tls_context::make(std::string& error) const {
  try {
    return build_ssl_context(config_, config_.psk_ciphers.empty() ? nullptr : psk_);
  } catch (const tls_error& e) {
    error = e.what();
    return nullptr;
  }
}

std::unique_ptr<tls_context>
tls_context::load(const tls_settings& config, std::shared_ptr<const psk_identities> psk, std::string& error) {
  std::unique_ptr<tls_context> result{new tls_context{config, std::move(psk)}};
  result->current_ = result->make(error);
  return result->current_ ? std::move(result) : nullptr;
}

tls_session tls_context::new_session(int descriptor) const {
  context now;
  {
    std::lock_guard guard{mutex_};
    now = current_;
  }
  tls_session session{SSL_new(now.get())}; // keeps the SSL_CTX
  if (session == nullptr || SSL_set_fd(session.get(), descriptor) != 1)
    return nullptr;
  SSL_set_accept_state(session.get());
  return session;
}

std::string tls_context::reload() {
  std::string error;
  auto fresh = make(error);
  if (fresh) {
    std::lock_guard guard{mutex_};
    current_.swap(fresh);
  }
  return error;
}

} // namespace troupe
