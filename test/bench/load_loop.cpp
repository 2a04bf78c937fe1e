#include "load_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace load {

namespace {

constexpr std::size_t connecting_at_once = 64; // below the usual backlog of an acceptor

constexpr std::uint64_t longest_sleep = 10'000'000; // ns

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "load: %s: %s\n", what, std::strerror(errno));
  std::exit(2);
}

sockaddr_in loopback(std::uint32_t host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  return address;
}

} // namespace

loop::loop(const options& o, observer& watcher)
    : options_(o), watcher_(watcher), epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(262144) {
  if (epoll_ < 0)
    give_up("epoll_create1");
  prctl(PR_SET_TIMERSLACK, 1); // the default of 50 us would be part of every latency
}

loop::~loop() {
  for (auto& c : clients_)
    c.close();
  ::close(epoll_);
}

client& loop::add(std::string id) {
  return clients_.emplace_back(*this, std::move(id), static_cast<std::uint32_t>(clients_.size()));
}

void loop::connect(client& c) {
  c.fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd_ < 0)
    give_up("socket");
  const int on = 1;
  setsockopt(c.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options_.sources > 1) { // one source address has too few ports for many connections
    setsockopt(c.fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto source = loopback(1 + next_source_++ % options_.sources, 0);
    if (bind(c.fd_, reinterpret_cast<const sockaddr*>(&source), sizeof source) < 0)
      give_up("bind");
  }
  const auto broker = loopback(0, options_.port);
  if (::connect(c.fd_, reinterpret_cast<const sockaddr*>(&broker), sizeof broker) < 0 && errno != EINPROGRESS)
    give_up("connect");
  c.state_ = client::state::connecting;
  c.blocked_ = c.session_present_ = false;
  c.unacknowledged_ = 0;
  c.in_.clear();
  c.out_.clear();
  c.sent_ids_.clear();
  c.received_ids_.clear();
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void loop::watch(client& c, int operation, unsigned events) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &c;
  if (epoll_ctl(epoll_, operation, c.fd_, &event) < 0)
    give_up("epoll_ctl");
}

bool loop::connect_all(const std::vector<client*>& which, double seconds) {
  const auto deadline = now_ns() + to_ns(seconds);
  std::size_t started = 0;
  std::size_t finished = 0; // all before this one are ready
  while (finished < which.size()) {
    while (started < which.size() && started < finished + connecting_at_once)
      connect(*which[started++]);
    turn();
    while (finished < started && which[finished]->ready())
      ++finished;
    if (now_ns() > deadline || errors_.total() > 0)
      return false;
  }
  return true;
}

bool loop::run(double seconds, const std::function<bool()>& done) {
  const auto deadline = now_ns() + to_ns(seconds);
  while (!done()) {
    if (now_ns() >= deadline)
      return false;
    turn();
  }
  return true;
}

void loop::turn() {
  flush_dirty();
  // Sleeping until the next message is due, not polling for it, keeps the kernel from taking this process for
  // a hog that may wait for a whole time slice.
  const auto now = now_ns();
  const auto sleep = std::min(longest_sleep, wake_at_ > now ? wake_at_ - now : 0);
  const timespec timeout{0, static_cast<long>(sleep)};
  wake_at_ = UINT64_MAX;
  epoll_event events[512];
  const int n = epoll_pwait2(epoll_, events, 512, &timeout, nullptr);
  for (int i = 0; i < n; ++i)
    handle(*static_cast<client*>(events[i].data.ptr), events[i].events);
  flush_dirty();
}

void loop::handle(client& c, unsigned events) {
  if (c.fd_ < 0)
    return;
  if (c.state_ == client::state::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c.fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
      return c.lost();
    if ((events & EPOLLOUT) == 0)
      return;
    // From here on input only; output is watched while the socket is full.
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    c.wire_ = make_wire(options_.transport, c.fd_);
    c.state_ = client::state::opening;
  }
  if (c.state_ == client::state::opening)
    return c.open();
  if ((events & EPOLLOUT) != 0) {
    c.flush();
    if (c.fd_ >= 0 && !c.blocked_) {
      watch(c, EPOLL_CTL_MOD, EPOLLIN);
      watcher_.on_writable(c);
    }
  }
  if (c.fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    do
      c.receive();
    while (c.fd_ >= 0 && c.wire_->holds_input());
}

void loop::flush_dirty() {
  for (auto* c : dirty_) {
    const bool was = c->blocked_;
    c->flush();
    if (c->fd_ >= 0 && c->blocked_ && !was)
      watch(*c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  }
  dirty_.clear();
}

} // namespace load
