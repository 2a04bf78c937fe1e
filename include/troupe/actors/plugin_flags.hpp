// Which plugins are loaded at this moment. They change only when somebody switches one, so plain atomics
// serve: what a plugin does is one look at them away, and costs nothing else while it is off.
#pragma once

#include <atomic>
#include <cstdint>

namespace troupe {

/// The built-in plugins; each has a file in actors/plugins.
enum class plugin_kind : std::uint8_t {
  auth_clientid,
  auth_mnesia,
  auth_username,
  delayed_publish,
  management,
  prometheus,
  retainer,
  sasl,
};

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
  static constexpr std::uint32_t authenticators = bit_of(plugin_kind::auth_clientid) |
                                                  bit_of(plugin_kind::auth_mnesia) |
                                                  bit_of(plugin_kind::auth_username);

  std::uint32_t bits() const noexcept { return bits_.load(std::memory_order_acquire); }

  // As a broker has them on that was told nothing.
  std::atomic<std::uint32_t> bits_{bit_of(plugin_kind::management) | bit_of(plugin_kind::prometheus) |
                                   bit_of(plugin_kind::retainer) | bit_of(plugin_kind::sasl)};
};

} // namespace troupe
