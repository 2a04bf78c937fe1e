#include "tls_context.hpp"

#include "tls_files.hpp"

#include <fstream>
#include <iterator>

namespace troupe {

namespace {

std::shared_ptr<const config::psk_table> read_psk(const psk_settings& psk) {
  std::ifstream in{psk.path, std::ios::binary};
  if (!in)
    throw tls_error{"psk.file.path " + psk.path + ": cannot be read"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto parsed = config::parse_psk_file(text, psk.delimiter);
  if (!parsed.error.empty())
    throw tls_error{"psk.file.path " + psk.path + ": " + parsed.error};
  return std::make_shared<const config::psk_table>(std::move(parsed.keys));
}

} // namespace

tls_context::tls_context(const tls_settings& config, const psk_settings& psk) : config_(config), psk_(psk) {}

tls_context::context tls_context::make(std::string& error) const {
  try {
    return build_ssl_context(config_, config_.psk_ciphers.empty() ? nullptr : read_psk(psk_));
  } catch (const tls_error& e) {
    error = e.what();
    return nullptr;
  }
}

std::unique_ptr<tls_context> tls_context::load(const tls_settings& config, const psk_settings& psk,
                                               std::string& error) {
  std::unique_ptr<tls_context> result{new tls_context{config, psk}};
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
