// Which plugins are loaded at this moment. They change only when somebody switches one, so plain atomics
// serve: what a plugin does is one look at them away, and costs nothing else while it is off.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe {

/// The built-in plugins, each of which has a file in actors/plugins, and those in shared libraries.
enum class plugin_kind : std::uint8_t {
  auth_clientid,
  auth_http,
  auth_jwt,
  auth_ldap,
  auth_mnesia,
  auth_mysql,
  auth_pgsql,
  auth_redis,
  auth_username,
  bridge_mqtt,
  delayed_publish,
  management,
  prometheus,
  psk_file,
  recon,
  retainer,
  rule_engine,
  sasl,
  web_hook,
  library, // the first one in a library; the others follow it
};

/// Plugins in libraries that a broker takes.
inline constexpr std::size_t most_libraries = 8;

constexpr plugin_kind library_kind(std::size_t number) noexcept {
  return static_cast<plugin_kind>(static_cast<std::size_t>(plugin_kind::library) + number);
}

constexpr std::uint32_t bit_of(plugin_kind which) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(which);
}

/// Written by the plugins actor alone; read by any thread.
class plugin_flags {
public:
  bool loaded(plugin_kind which) const noexcept { return (bits() & bit_of(which)) != 0; }

  /// Whether any plugin wants to be asked about a CONNECT.
  bool any_authenticator() const noexcept { return (bits() & authenticators) != 0; }

  void set(plugin_kind which, bool loaded) noexcept {
    if (loaded)
      bits_.fetch_or(bit_of(which), std::memory_order_release);
    else
      bits_.fetch_and(~bit_of(which), std::memory_order_release);
  }

private:
  static constexpr std::uint32_t authenticators =
      bit_of(plugin_kind::auth_clientid) | bit_of(plugin_kind::auth_http) | bit_of(plugin_kind::auth_jwt) |
      bit_of(plugin_kind::auth_ldap) | bit_of(plugin_kind::auth_mnesia) | bit_of(plugin_kind::auth_mysql) |
      bit_of(plugin_kind::auth_pgsql) | bit_of(plugin_kind::auth_redis) | bit_of(plugin_kind::auth_username) |
      (bit_of(library_kind(most_libraries)) - bit_of(plugin_kind::library));
  static_assert(static_cast<unsigned>(library_kind(most_libraries)) < 32);

  std::uint32_t bits() const noexcept { return bits_.load(std::memory_order_acquire); }

  // As a broker has them on that was told nothing.
  std::atomic<std::uint32_t> bits_{bit_of(plugin_kind::management) | bit_of(plugin_kind::prometheus) |
                                   bit_of(plugin_kind::recon) | bit_of(plugin_kind::retainer) |
                                   bit_of(plugin_kind::rule_engine) | bit_of(plugin_kind::sasl)};
};

} // namespace troupe
