// Waits for a socket to become readable, mostly without a system call. Asio's `async_wait` has the kernel
// look each time (epoll_ctl), though it has registered the socket for edges once and for all. An operation
// that says when it is performed that the socket is exhausted (`done_and_exhausted`) has the next one only
// queued until there is another edge. To be one takes what Asio has for its own operations, `detail`: here
// and nowhere else.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <cassert>
#include <memory>
#include <type_traits>
#include <utility>

namespace troupe {

/// When to look whether there is something to read.
enum class next_look : bool {
  now,     // and from then on: there may be some already
  at_edge, // when more comes: there was nothing when the socket was read last
};

/// A stream socket that can be waited for like that.
class waiting_socket : public boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                               boost::asio::io_context::executor_type> {
public:
  using basic_stream_socket::basic_stream_socket;

  void start_wait(boost::asio::detail::reactor& reactor, boost::asio::detail::reactor_op& wait,
                  next_look when) {
    auto& mine = impl_.get_implementation();
    reactor.start_op(boost::asio::detail::reactor::read_op, mine.socket_, mine.reactor_data_, &wait, false,
                     when == next_look::at_edge);
  }
};

/// One wait at a time of its `Owner`: it ends in the owner's `on_ready(error_code)`.
template <class Owner>
class readable_wait final : public boost::asio::detail::reactor_op {
public:
  readable_wait(Owner& owner, boost::asio::io_context& io)
      : reactor_op({}, &perform_wait, &complete),
        owner_(owner),
        reactor_(boost::asio::use_service<boost::asio::detail::reactor>(io)) {}

  /// Once, until `on_ready` comes. `alive` is the owner, which the wait keeps until then.
  void start(waiting_socket& socket, next_look when, std::shared_ptr<Owner> alive) {
    assert(alive_ == nullptr);
    alive_ = std::move(alive);
    socket.start_wait(reactor_, *this, when);
  }

  bool started() const noexcept { return alive_ != nullptr; }

private:
  static_assert(std::is_same_v<boost::asio::detail::reactor, boost::asio::detail::epoll_reactor>);

  static status perform_wait(reactor_op*) { return done_and_exhausted; }

  static void complete(void* scheduler, boost::asio::detail::operation* base,
                       const boost::system::error_code&, std::size_t) {
    auto* wait = static_cast<readable_wait*>(base);
    const auto alive = std::move(wait->alive_);
    const auto failed = std::exchange(wait->ec_, {});
    if (scheduler != nullptr) // else the io_context ends
      wait->owner_.on_ready(failed);
  }

  Owner& owner_;
  boost::asio::detail::reactor& reactor_;
  std::shared_ptr<Owner> alive_;
};

} // namespace troupe
