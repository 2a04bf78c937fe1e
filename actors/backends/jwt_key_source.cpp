#include "jwt_key_source.hpp"

#include "http_connection.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/log.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace troupe {

namespace {

constexpr std::chrono::milliseconds retry_interval{10'000}; // after a key that is not known, or a failure
constexpr std::size_t largest_file = 1024 * 1024;
constexpr const char* default_secret = "emqxsecret"; // of EMQ X

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::string text(largest_file, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text.empty() || text.size() == largest_file ? std::nullopt : std::optional{std::move(text)};
}

} // namespace

bool takes_default_secret(const auth_jwt_settings& config) {
  const bool others = !config.pubkey.empty() || !config.jwks.empty();
  return config.secret == default_secret || (config.secret.empty() && !others);
}

jwt_key_source::jwt_key_source(auth_jwt_settings config) : config_(std::move(config)) {
  const auto url = access::parse_url(config_.jwks);
  if (!url)
    return;
  target_ = url->target;
  http_client_settings s{.server = *url, .tls = config_.tls};
  server_ = std::make_unique<http_connection>(s);
}

jwt_key_source::~jwt_key_source() = default;

void jwt_key_source::interrupt() noexcept {
  interrupted_ = true;
  if (server_)
    server_->interrupt();
}

std::shared_ptr<const access::jwt_keys> jwt_key_source::keys(std::string& error) {
  return keys(error, config_.jwks_refresh);
}

std::shared_ptr<const access::jwt_keys> jwt_key_source::newer_keys(std::string& error) {
  return keys(error, retry_interval);
}

// Who finds them too old reads them; the others go on with those that there are.
std::shared_ptr<const access::jwt_keys> jwt_key_source::keys(std::string& error,
                                                             std::chrono::milliseconds oldest) {
  const auto fresh = [&] {
    const std::scoped_lock lock{mutex_};
    const auto limit = failing_ ? std::min(oldest, retry_interval) : oldest;
    const bool young = tried_at_ != clock::time_point{} && clock::now() - tried_at_ < limit;
    return current_ && young ? current_ : nullptr;
  };
  if (auto found = fresh())
    return found;
  std::unique_lock reads{reading_, std::try_to_lock};
  if (!reads) {
    const std::scoped_lock lock{mutex_};
    if (current_)
      return current_;
  }
  if (!reads)
    reads.lock();
  if (auto found = fresh()) // another thread has read them meanwhile
    return found;
  std::string trouble;
  auto found = read(trouble);
  const bool stay = keep(std::move(found));
  note(stay ? trouble : std::string{});
  const std::scoped_lock lock{mutex_};
  if (!current_)
    error = trouble;
  return current_;
}

// Whether there are older keys in the place of those that could not be read.
bool jwt_key_source::keep(std::shared_ptr<const access::jwt_keys> found) {
  const std::scoped_lock lock{mutex_};
  tried_at_ = clock::now();
  failing_ = found == nullptr;
  if (found)
    current_ = std::move(found);
  return failing_ && current_;
}

// One that is told to end fails by that. What goes on is told again: somebody may have cleared the alarm by
// hand.
void jwt_key_source::note(const std::string& trouble) {
  if (interrupted_ || (trouble.empty() && trouble_.empty()))
    return;
  const bool news = std::exchange(trouble_, trouble) != trouble;
  if (trouble.empty())
    log::info("[JWT] the keys could be read again");
  else if (news)
    log::warning("[JWT] the keys stay as they are: {}", log::printable(trouble));
  if (tell_)
    tell_(trouble);
}

std::shared_ptr<const access::jwt_keys> jwt_key_source::read(std::string& error) {
  auto out = std::make_shared<access::jwt_keys>();
  out->use(config_.raw_signatures ? access::jwt_signature_format::raw
                                  : access::jwt_signature_format::der_too);
  if (takes_default_secret(config_)) // not unless it is said so where there are other keys
    out->add_secret(default_secret);
  else if (!config_.secret.empty())
    out->add_secret(config_.secret);
  if (!config_.pubkey.empty()) {
    const auto pem = read_file(config_.pubkey);
    if (!pem || !out->add_pem(*pem)) {
      error = config_.pubkey +
              (pem ? ": no public key of RSA (2048 bits or more) or of a curve" : ": cannot be read");
      return nullptr;
    }
  }
  if (!config_.jwks.empty() && !read_set(*out, error))
    return nullptr;
  return out;
}

bool jwt_key_source::read_set(access::jwt_keys& to, std::string& error) {
  std::optional<std::string> text;
  if (server_) {
    auto answer = server_->ask({.method = "GET", .target = target_});
    if (answer.status == 200)
      text = std::move(answer.body);
    else
      error =
          config_.jwks + ": " + (answer.status == 0 ? answer.error : "HTTP " + std::to_string(answer.status));
  } else if (text = read_file(config_.jwks); !text) {
    error = config_.jwks + ": cannot be read";
  }
  if (!text)
    return false;
  const auto before = to.size();
  if (!to.add_set(*text)) {
    error = config_.jwks + ": no key set";
    return false;
  }
  if (to.size() == before && !std::exchange(without_keys_, true)) // somebody may have withdrawn them
    log::warning("[JWT] {} has no key of use", log::printable(config_.jwks));
  without_keys_ = to.size() == before;
  return true;
}

} // namespace troupe
