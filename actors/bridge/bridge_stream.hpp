// A connection to another broker, TCP or TLS, on the thread of an io_loop. Nothing here knows of MQTT.
#pragma once

#include "troupe/mqtt/buffer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

struct bridge_settings;

/// TLS as a client has it: certificates of the server are checked unless the settings say otherwise. Null,
/// and an error, when files or ciphers cannot be used.
std::shared_ptr<boost::asio::ssl::context> make_bridge_tls(const bridge_settings& settings,
                                                           std::string& error);

/// Made for each connection anew. After `close` it calls nobody.
class bridge_stream : public std::enable_shared_from_this<bridge_stream> {
public:
  struct callbacks {
    std::function<void()> opened;
    std::function<void(std::string_view)> received; // reads no more until `read`
    std::function<void()> written;                  // what was given to `write`
    std::function<void(const std::string& why)> failed;
  };

  /// `tls`: null for plain TCP.
  bridge_stream(boost::asio::io_context& io, std::shared_ptr<boost::asio::ssl::context> tls, callbacks tell);

  /// Finds the address and connects. The certificate must be of `host`, if certificates are checked.
  void open(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout);

  void read();

  /// Takes what is in `bytes`, and gives an empty buffer for it. One write at a time.
  void write(mqtt::buffer& bytes);
  bool writing() const noexcept { return writing_; }

  /// Sends `last_words`, if a write is not under way, and closes.
  void close(std::string last_words = {});

private:
  using tcp = boost::asio::ip::tcp;

  bool expect(const std::string& host);
  void connected(const boost::system::error_code& failed);
  void shaken(const boost::system::error_code& failed);
  void fail(const std::string& why);
  void shut();

  template <class F>
  void with_stream(F&& f) {
    if (secure_)
      f(*secure_);
    else
      f(socket_);
  }

  std::shared_ptr<boost::asio::ssl::context> tls_; // outlives secure_
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> secure_;
  boost::asio::steady_timer deadline_; // of `open`
  callbacks tell_;
  std::array<char, 16 * 1024> buffer_;
  mqtt::buffer output_; // being written
  std::string last_words_;
  bool open_ = false, reading_ = false, writing_ = false, closed_ = false;
};

} // namespace troupe
