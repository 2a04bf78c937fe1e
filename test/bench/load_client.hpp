#pragma once

#include "load_measure.hpp"
#include "load_wire.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// The command line; load.cpp says what each option means.
struct options {
  std::string scenario;
  int port = 1883;
  std::string transport = "tcp";
  int broker_pid = 0;
  bool v5 = false;
  unsigned qos = 0;
  unsigned size = 32;
  unsigned window = 100;
  double rate = 0;
  double duration = 5;
  double warmup = 1;
  double hold = 3;
  unsigned pubs = 100;
  unsigned subs = 100;
  unsigned share = 0;
  unsigned clients = 64;
  unsigned topics = 10000;
  unsigned filters = 1;
  unsigned messages = 100;
  unsigned sources = 1;
  std::string username; ///< of every client; empty: none
  std::string password;
  std::string prefix; ///< of the topics that subscribers of pairs get; empty: those that are published
};

/// A PUBLISH that arrived; the views last as long as the call that shows it.
struct incoming {
  std::string_view topic;
  std::string_view payload;
  bool retained;
  std::uint64_t read_at; ///< now_ns() after the read that brought it
};

class client;

/// What a scenario wants to know of its clients.
struct observer {
  virtual ~observer() = default;
  virtual void on_ready(client&) {}                    ///< connected, and subscribed to its filters
  virtual void on_publish(client&, const incoming&) {} ///< a message, each QoS 2 message once
  virtual void on_published(client&) {}                ///< one of its own messages is acknowledged
  virtual void on_subscribed(client&) {}               ///< SUBACK or UNSUBACK, once it is ready
  virtual void on_writable(client&) {}                 ///< everything that it wrote has left
};

/// Things that never happen with a correct broker.
struct mistakes {
  std::uint64_t lost_connections = 0;
  std::uint64_t refused = 0;
  std::uint64_t protocol = 0;
  std::uint64_t total() const { return lost_connections + refused + protocol; }
};

/// All clients of this process: one epoll loop, single threaded.
class loop {
public:
  loop(const options& o, observer& watcher);
  ~loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Makes a client that is not connected yet. References stay valid.
  client& add(std::string id);
  client& at(std::size_t index) { return clients_[index]; }
  std::size_t size() const { return clients_.size(); }

  /// Connects these clients, some at a time, and returns when all are ready. False after `seconds`.
  bool connect_all(const std::vector<client*>& which, double seconds);

  /// Starts to connect one client.
  void connect(client& c);

  /// Runs until `done` or for `seconds`; true if it was `done`, which it asks before every turn.
  bool run(
      double seconds, const std::function<bool()>& done = [] { return false; });

  /// The next turn ends at this now_ns() at the latest.
  void wake_at(std::uint64_t when) { wake_at_ = when; }

  const options& settings() const { return options_; }
  const mistakes& errors() const { return errors_; }

private:
  friend class client;
  void turn();
  void handle(client& c, unsigned events);
  void watch(client& c, int operation, unsigned events) const;
  void flush_dirty();

  const options& options_;
  observer& watcher_;
  int epoll_;
  unsigned next_source_ = 0;
  std::uint64_t wake_at_ = UINT64_MAX;
  std::deque<client> clients_;
  std::vector<client*> dirty_;
  std::vector<char> buffer_;
  mistakes errors_;
};

/// One MQTT connection. What it sends leaves at the end of the loop's turn, in one write.
class client {
public:
  client(loop& owner, std::string id, std::uint32_t index);

  std::vector<std::string> filters; ///< subscribed to with the options' QoS before it is ready
  bool clean = true;                ///< a session that ends with the connection

  std::uint32_t index() const { return index_; }
  bool ready() const { return state_ == state::ready; }
  bool session_present() const { return session_present_; }
  unsigned unacknowledged() const { return unacknowledged_; }
  std::size_t backlog() const { return out_.size(); }
  bool blocked() const { return blocked_; }

  void publish(std::string_view topic, std::string_view payload, unsigned qos, bool retain);
  void subscribe(const std::string* list, std::size_t count);
  void unsubscribe(const std::string& filter);

  /// Says DISCONNECT if it is connected, and closes.
  void close();

private:
  friend class loop;
  enum class state : std::uint8_t { closed, connecting, opening, greeting, subscribing, ready };

  void open();
  void greet();
  void receive();
  void flush();
  void lost();
  void drop();
  bool packet(unsigned char head, std::string_view body, std::uint64_t read_at);
  bool publish_packet(unsigned char head, std::string_view body, std::uint64_t read_at);
  bool connack(std::string_view body);
  bool suback(std::string_view body);
  bool acknowledgement(unsigned type, std::string_view body);
  void acknowledge(unsigned char head, unsigned id);
  void mark_dirty();
  unsigned take_id();
  void header(unsigned char head, std::size_t length);
  void text(std::string_view s);
  void number16(unsigned v);

  loop& loop_;
  std::string id_;
  std::uint32_t index_;
  int fd_ = -1;
  std::unique_ptr<wire> wire_; // once the socket is connected
  state state_ = state::closed;
  bool dirty_ = false;
  bool blocked_ = false;
  bool session_present_ = false;
  unsigned unacknowledged_ = 0;
  unsigned next_id_ = 0;
  std::string in_;
  std::string out_;
  std::vector<std::uint8_t> sent_ids_; // which packet type each id waits for
  std::vector<bool> received_ids_;     // QoS 2 messages between PUBREC and PUBREL
};

} // namespace load
