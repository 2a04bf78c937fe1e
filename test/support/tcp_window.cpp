#include "support/tcp_window.hpp"

// The kernel's own header knows the window; glibc's, which everything else includes, does not.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace troupe::test {

std::uint32_t tcp_window(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return 0;
  return info.tcpi_snd_wnd;
}

} // namespace troupe::test
