// What a plugin of a third party is made of. It is a shared library in `plugins.dir`, built with this header
// alone and by the compiler that built the broker:
//
//     class doorman : public troupe::sdk::instance { ... };
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
inline constexpr std::uint32_t interface_version = 3;

/// How the types of the standard library that pass between broker and plugin lie in memory, as the compiler's
/// options decide: bits, and from bit 8 on the size of a pointer in bytes. A library that has another one is
/// refused.
inline constexpr std::uint32_t abi_new_string = 1; // _GLIBCXX_USE_CXX11_ABI
inline constexpr std::uint32_t abi_libcxx = 2;     // libc++ in the place of libstdc++
inline constexpr std::uint32_t abi_checked = 4;    // _GLIBCXX_DEBUG
inline constexpr unsigned abi_pointer_shift = 8;
inline constexpr std::uint32_t abi =
#if defined(_LIBCPP_VERSION)
    abi_libcxx |
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
    abi_new_string |
#endif
#if defined(_GLIBCXX_DEBUG)
    abi_checked |
#endif
    static_cast<std::uint32_t>(sizeof(void*)) << abi_pointer_shift;

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

/// A message that a client publishes. What is changed is published so.
struct message {
  std::string topic; // with the client's mount point; a name without wildcards, up to 65535 bytes of UTF-8
  std::string payload;
  std::uint8_t qos = 0; // 0 to 2; the acknowledgement to the publisher stays that of its own PUBLISH
  bool retain = false;
};

/// Whether a message goes on.
enum class fate : std::uint8_t {
  pass, // to the next plugin, then to its subscribers
  stop, // nobody gets it; who published with QoS 1 or 2 and MQTT 5 learns it by reason code 0x83
};

enum class event_kind : std::uint8_t {
  client_connected,
  client_disconnected,
  session_subscribed,
  session_unsubscribed,
  message_delivered, // it goes to the client, once
  message_acked,     // the client has acknowledged it
  message_dropped,   // it does not get it, or nobody subscribes to it
};

/// An event among those of `description::events`.
constexpr std::uint32_t bit_of(event_kind kind) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(kind);
}

/// Something that has happened. The texts live as long as the call; those that the kind lacks are empty.
struct event {
  event_kind kind = event_kind::client_connected;
  std::int64_t at = 0;                      // milliseconds since the epoch
  std::string_view client_id;               // whom it happened to; empty: it is not known
  std::optional<std::string_view> username; // its user name
  std::string_view peer_host;               // its address
  std::string_view topic;                   // of a message, or the filter of a subscription
  std::string_view payload;                 // of a message
  std::uint8_t qos = 0;                     // of a message or a subscription
  std::string_view reason;                  // of a drop or a disconnection: a word
};

/// What the broker does for a plugin. Lives as long as the instance that is made with it.
class host {
public:
  /// The value of `plugin.<name>.<key>` in the configuration, as it was when the plugin was loaded or
  /// reloaded.
  virtual std::optional<std::string> setting(std::string_view key) const = 0;

  enum class level : std::uint8_t { debug, info, warning, error };

  /// A line in the broker's log; what cannot be printed is escaped.
  virtual void log(level how, std::string_view text) const = 0;

protected:
  ~host() = default;
};

/// A plugin at work. Each of the threads that ask or tell has an instance of its own, so that none needs a
/// lock for what it keeps to itself. A call may take its time: only the clients that it decides about wait,
/// for 30 seconds at most. What a call throws ends the instance: an alarm says so, the client (or what it
/// wants to do) is refused, and another instance is made for the next one; so does a verdict that is none.
/// When four calls have not ended in that time, and hang yet, the plugin is switched off until it is loaded
/// anew.
class instance {
public:
  virtual ~instance() = default;

  /// May this client connect?
  virtual authentication authenticate(const client&) { return {}; }

  /// May it do that? Asked before acl.conf, and remembered by the connection as `acl_cache_ttl` says, also
  /// when it was refused because this has thrown.
  virtual verdict authorize(const client&, const operation&) { return verdict::ignore; }

  /// What becomes of this message? Asked about each PUBLISH of a client that may publish to its topic, while
  /// what this client sends next waits; not about wills, nor about what the HTTP API and rules publish. It
  /// may be asked again about one that a client sends again. When it throws, or has left a topic that is
  /// none, the message passes as it was.
  virtual fate on_publish(const client&, message&) { return fate::pass; }

  /// It has happened. Told one after the other to an instance of its own, and in order for each client.
  /// While more than `rule_engine.max_queue_len` events wait, further ones are dropped, and the log counts
  /// them.
  virtual void on_event(const event&) {}
};

/// What a library says of itself. The first two members never change their places.
struct description {
  std::uint32_t interface = interface_version;
  std::uint32_t compiler = __GXX_ABI_VERSION;
  std::uint32_t abi = sdk::abi;
  const char* name = ""; // letters, digits and '_'; of no other plugin
  const char* version = "";
  const char* text = ""; // one line for people
  bool authenticates = false;
  bool authorizes = false;
  bool filters = false;       // on_publish is to be called
  std::uint32_t events = 0;   // bits of those that on_event is to be called for
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
