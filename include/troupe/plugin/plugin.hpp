// What a plugin of a third party is made of. It is a shared library in `plugins.dir`, built with this header
// alone and by the compiler that built the broker:
//
//     struct doorman : troupe::sdk::instance { ... };
//     TROUPE_PLUGIN({.name = "my_doorman", .version = "1.0", .text = "Lets in who rings twice",
//                    .authenticates = true, .make = [](const troupe::sdk::host& h) {
//                      return std::make_unique<doorman>(h); }})
//
// It is listed, loaded and unloaded as the built-in ones are (`troupe ctl plugins`, the API,
// `loaded_plugins`). An example is in test/plugin.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::sdk {

/// Rises with every change of this header that a library must be built anew for. A library of another number
/// is refused, and the log says which it has.
inline constexpr std::uint32_t interface_version = 1;

/// Who asks. The texts live as long as the call.
struct client {
  std::string_view client_id;
  std::optional<std::string_view> username;
  std::optional<std::string_view> password; // in `authenticate` alone
  std::string_view peer_host;               // its address
  std::uint16_t port = 0;                   // of the listener
  std::string_view common_name;             // of its certificate; empty: it has shown none
};

enum class verdict : std::uint8_t {
  ignore, // ask the next plugin; when nobody decides, `allow_anonymous` or `acl.conf` does
  allow,
  deny,
};

struct authentication {
  verdict what = verdict::ignore;
  bool superuser = false; // of an allowed client: it may publish and subscribe to everything
};

/// What a client wants to do with a topic.
struct operation {
  bool publish = true; // else it subscribes
  std::string_view topic;
};

/// What the broker does for a plugin. Lives as long as the plugin.
class host {
public:
  /// The value of `plugin.<name>.<key>` in the configuration.
  virtual std::optional<std::string> setting(std::string_view key) const = 0;

  enum class level : std::uint8_t { debug, info, warning, error };

  /// A line in the broker's log; what cannot be printed is escaped.
  virtual void log(level how, std::string_view text) const = 0;

protected:
  ~host() = default;
};

/// A plugin at work. Each of the threads that ask has an instance of its own, so that none needs a lock for
/// what it keeps to itself. A call may take its time: only the clients that it decides about wait, for 30
/// seconds at most. What a call throws ends the instance: an alarm says so, the client is refused, and
/// another instance is made for the next one.
class instance {
public:
  virtual ~instance() = default;

  /// May this client connect?
  virtual authentication authenticate(const client&) { return {}; }

  /// May it do that? Asked before acl.conf, and remembered by the connection as `acl_cache_ttl` says.
  virtual verdict authorize(const client&, const operation&) { return verdict::ignore; }
};

/// What a library says of itself. The first two members never change their places.
struct description {
  std::uint32_t interface = interface_version;
  std::uint32_t compiler = __GXX_ABI_VERSION;
  const char* name = ""; // letters, digits and '_'; of no other plugin
  const char* version = "";
  const char* text = ""; // one line for people
  bool authenticates = false;
  bool authorizes = false;
  std::uint8_t instances = 1; // questions that it may be asked at a time, up to 64
  std::unique_ptr<instance> (*make)(const host&) = nullptr;
};

} // namespace troupe::sdk

/// Once in a library, outside of any namespace.
#define TROUPE_PLUGIN(...)                                                                                   \
  extern "C" __attribute__((visibility("default"))) const troupe::sdk::description* troupe_plugin() {        \
    static const troupe::sdk::description described __VA_ARGS__;                                             \
    return &described;                                                                                       \
  }
