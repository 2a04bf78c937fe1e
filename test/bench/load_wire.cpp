#include "load_wire.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace load {

namespace {

class tcp_wire final : public wire {
public:
  explicit tcp_wire(int socket) : socket_(socket) {}
  ssize_t read(char* to, std::size_t size) override { return read_socket(socket_, to, size); }
  ssize_t write(const char* from, std::size_t size) override { return write_socket(socket_, from, size); }

private:
  int socket_;
};

bool would_block() { return errno == EAGAIN || errno == EINTR; }

} // namespace

ssize_t write_socket(int socket, const char* from, std::size_t size) {
  const auto n = ::send(socket, from, size, MSG_NOSIGNAL);
  return n < 0 && would_block() ? 0 : n;
}

ssize_t read_socket(int socket, char* to, std::size_t size) {
  const auto n = ::recv(socket, to, size, 0);
  return n == 0 ? -1 : n < 0 && would_block() ? 0 : n;
}

std::unique_ptr<wire> make_wire(const std::string& transport, int socket) {
  if (transport == "tls")
    return make_tls_wire(socket);
  if (transport == "ws")
    return make_websocket_wire(socket);
  return transport == "tcp" ? std::make_unique<tcp_wire>(socket) : nullptr;
}

} // namespace load
