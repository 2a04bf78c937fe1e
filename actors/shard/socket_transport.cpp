#include "socket_transport.hpp"

#include <boost/asio/post.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace troupe {

namespace asio = boost::asio;

namespace {

// The kernel knows what kind of socket it is.
asio::generic::stream_protocol protocol_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::system_error{errno, std::generic_category(), "getsockname"};
  return {address.ss_family, address.ss_family == AF_UNIX ? 0 : IPPROTO_TCP};
}

peer_address shown(const sockaddr* address) {
  const auto ip = ip_of(address);
  if (!ip)
    return {"127.0.0.1", 0};
  const auto port = address->sa_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(address)->sin6_port
                                                   : reinterpret_cast<const sockaddr_in*>(address)->sin_port;
  return {mqtt::to_string(*ip), ntohs(port)};
}

} // namespace

std::optional<mqtt::ip_address> ip_of(const sockaddr* address) {
  const auto bytes = [](const auto& a) {
    return std::string_view{reinterpret_cast<const char*>(&a), sizeof a};
  };
  if (address->sa_family == AF_INET)
    return mqtt::ip_from_bytes(bytes(reinterpret_cast<const sockaddr_in*>(address)->sin_addr));
  if (address->sa_family == AF_INET6)
    return mqtt::ip_from_bytes(bytes(reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr));
  return {};
}

descriptor::~descriptor() {
  if (fd_ >= 0)
    ::close(fd_);
}

socket_transport::socket_transport(shard& home, connection& from, milliseconds proxy_timeout)
    : home_(home),
      announced_(std::move(from.announced)),
      socket_(home.io(), protocol_of(from.socket.get()), from.socket.get()),
      opened_(from.opened) {
  from.socket.release();
  socket_.native_non_blocking(true);
  if (proxy_timeout.count() > 0 && !opened_)
    proxy_ = std::make_unique<proxy_intake>(*this, home.now() + proxy_timeout.count());
}

void socket_transport::start(transport_owner& owner) {
  owner_ = &owner;
  if (proxy_ == nullptr) {
    begin();
    return;
  }
  home_.timers().arm(*proxy_, proxy_->deadline());
  wait_for_proxy();
}

// -- PROXY header ------------------------------------------------------------------------------------------

void socket_transport::wait_for_proxy() {
  socket_.async_wait(socket_type::wait_read, [self = shared_from_this()](boost::system::error_code failed) {
    if (!failed && self->owner_ != nullptr)
      self->home_.guarded([&] { self->read_proxy(); });
  });
}

void socket_transport::read_proxy() {
  switch (proxy_->read(socket_.native_handle(), home_.read_buffer())) {
    case proxy_intake::state::waiting: wait_for_proxy(); break;
    case proxy_intake::state::ended: end_proxy("tcp_closed"); break;
    case proxy_intake::state::bad:
      log_problem(home_, "[PROXY]", peer(), proxy_->detail());
      end_proxy("proxy_protocol_error");
      break;
    case proxy_intake::state::whole:
      announced_ = proxy_->take();
      proxy_ = nullptr;
      begin();
      break;
  }
}

void socket_transport::end_proxy(const char* why) {
  proxy_ = nullptr;
  owner_->on_end(why);
}

// -- the socket --------------------------------------------------------------------------------------------

void socket_transport::opened() {
  opened_ = true;
  owner_->on_open();
}

void socket_transport::close() {
  owner_ = nullptr;
  proxy_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

std::unique_ptr<connection> socket_transport::release() {
  owner_ = nullptr;
  boost::system::error_code failed;
  auto result = std::make_unique<connection>();
  result->socket = descriptor{socket_.release(failed)};
  result->announced = std::move(announced_);
  result->opened = opened_;
  return failed ? nullptr : std::move(result);
}

peer_address socket_transport::peer() const {
  if (announced_)
    return announced_->address;
  boost::system::error_code failed;
  const auto endpoint = socket_.remote_endpoint(failed);
  return failed ? peer_address{} : shown(endpoint.data());
}

std::unique_ptr<peer_certificate> socket_transport::certificate() const {
  if (!announced_ || announced_->common_name.empty())
    return nullptr;
  const auto& name = announced_->common_name;
  return std::make_unique<peer_certificate>(peer_certificate{name, "CN=" + name, {}});
}

void socket_transport::report_end(const char* why) {
  asio::post(home_.io(), [self = shared_from_this(), why] {
    if (self->owner_ != nullptr)
      self->home_.guarded([&] { self->owner_->on_end(why); });
  });
}

void socket_transport::wait_writable() {
  if (waiting_writable_)
    return;
  waiting_writable_ = true;
  socket_.async_wait(socket_type::wait_write, [self = shared_from_this()](boost::system::error_code failed) {
    self->waiting_writable_ = false;
    if (!failed && self->owner_ != nullptr)
      self->home_.guarded([&] { self->on_socket_writable(); });
  });
}

} // namespace troupe
