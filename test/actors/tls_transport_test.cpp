// TLS where what OpenSSL holds is not what the socket says: a transport on a shard that is driven by hand.
#include "actors/shard/shard.hpp"
#include "actors/shard/socket_transport.hpp"
#include "actors/tls/development_certificate.hpp"
#include "actors/tls/psk_identities.hpp"
#include "actors/tls/tls_context.hpp"
#include "support/process.hpp"
#include "troupe/actors/node_context.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <array>
#include <openssl/ssl.h>
#include <sys/socket.h>

using namespace troupe;

namespace {

/// Notes what comes, and has a reply to the first bytes.
struct noting_owner final : transport_owner {
  void on_open() override { opened = true; }
  void on_bytes(std::string_view bytes) override {
    received += bytes;
    send();
  }
  void on_writable() override { send(); }
  void on_end(const char*) override { ended = true; }

  void send() {
    const iovec part{reply.data(), reply.size()};
    if (!reply.empty())
      reply.erase(0, stream->send(&part, 1));
  }

  std::shared_ptr<transport> stream;
  std::string received, reply = "reply";
  bool opened = false, ended = false;
};

struct tls_pair {
  tls_pair() {
    const auto files = ensure_development_certificate(folder.path() / "certs");
    BOOST_TEST_REQUIRE(files.error.empty(), files.error);
    tls_settings config;
    config.certfile = files.certfile;
    config.keyfile = files.keyfile;
    config.versions = tls_1_3;
    config.reuse_sessions = false; // no tickets between the bytes
    std::string error;
    context = tls_context::load(config, std::make_shared<psk_identities>(), error);
    BOOST_TEST_REQUIRE((context != nullptr), error);
    BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()) == 0);
    theirs = descriptor{sockets[1]};
    connection from;
    from.socket = descriptor{sockets[0]};
    owner.stream = make_tls_transport(home, *context, from, milliseconds{0});
    client.reset(SSL_new(client_context.get()));
    SSL_set_fd(client.get(), theirs.get());
    SSL_set_connect_state(client.get());
    owner.stream->start(owner);
    for (int i = 0; i < 10 && !(owner.opened && SSL_is_init_finished(client.get()) == 1); ++i) {
      SSL_do_handshake(client.get());
      turn();
    }
    BOOST_TEST_REQUIRE(owner.opened);
  }

  ~tls_pair() {
    owner.stream->close();
    turn();
  }

  /// Everything that is ready now.
  void turn() {
    home.io().restart();
    for (int i = 0; i < 1'000 && home.io().poll_one() > 0; ++i) {
    }
  }

  /// Not a byte more goes to the client.
  void fill() {
    const std::string junk(4096, 'j');
    for (const std::size_t size : {junk.size(), std::size_t{1}})
      while (::send(sockets[0], junk.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
      }
  }

  /// Takes the junk away.
  void drain() {
    std::array<char, 4096> junk{};
    while (::recv(sockets[1], junk.data(), junk.size(), MSG_DONTWAIT) > 0) {
    }
  }

  test::temporary_folder folder;
  caf::actor_system_config configuration;
  caf::actor_system system{configuration};
  node_context node;
  shard home{system, node, 0};
  std::unique_ptr<tls_context> context;
  std::array<int, 2> sockets{-1, -1};
  descriptor theirs;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> client_context{SSL_CTX_new(TLS_client_method()),
                                                                   SSL_CTX_free};
  tls_session client;
  noting_owner owner;
};

} // namespace

BOOST_AUTO_TEST_SUITE(tls_transports)

// A client asks for new keys and takes nothing: the answer to that is stuck, and OpenSSL reads no further
// before it is gone, though it holds whole records. No byte comes any more that would wake the transport.
BOOST_FIXTURE_TEST_CASE(what_is_held_while_tls_must_write_is_read_later, tls_pair) {
  constexpr std::size_t records = 40; // more than a read takes at once
  fill();
  BOOST_TEST_REQUIRE(SSL_key_update(client.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
  for (std::size_t i = 0; i < records; ++i)
    BOOST_TEST_REQUIRE(SSL_write(client.get(), "x", 1) == 1);
  turn();
  BOOST_TEST(!owner.received.empty());
  BOOST_TEST(owner.received.size() < records);
  BOOST_TEST(owner.reply == "reply");
  drain();
  turn();
  BOOST_TEST(owner.received == std::string(records, 'x'));
  BOOST_TEST(owner.reply.empty());
  BOOST_TEST(!owner.ended);
  std::array<char, 16> got{};
  BOOST_TEST(SSL_read(client.get(), got.data(), static_cast<int>(got.size())) == 5);
  BOOST_TEST(std::string{got.data()} == "reply");
}

BOOST_AUTO_TEST_SUITE_END()
