#include "support/broker.hpp"

#include "support/socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <iostream>
#include <iterator>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::test {

std::string broker_binary() { return TROUPE_BINARY; }

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound)
    throw unexpected{"no free port"};
  return ntohs(address.sin_port);
}

broker_process::broker_process(std::string extra_configuration) : extra_(std::move(extra_configuration)) {
  constexpr int attempts = 5;
  for (int i = 0; i < attempts; ++i) {
    choose_ports();
    if (start())
      return;
  }
  throw unexpected{"no broker on a free port: " + log()};
}

broker_process::~broker_process() {
  if (!runner_)
    return;
  try {
    if (!running())
      std::cerr << "the broker ended by itself; its log:\n" << log() << '\n';
    else
      terminate(seconds{10});
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
  }
}

void broker_process::choose_ports() {
  mqtt_port_ = free_port();
  do
    http_port_ = free_port();
  while (http_port_ == mqtt_port_);
  std::ostringstream text;
  text << "listener.tcp.external = 127.0.0.1:" << mqtt_port_ << "\nlistener.tcp.internal = off\n"
       << "management.listener.http = 127.0.0.1:" << http_port_ << "\nlog.level = warning\nlog.to = console\n"
       << "node.io_threads = 2\nnode.data_dir = data\n"
       << extra_ << '\n';
  write_text(folder() / "troupe.conf", text.str());
}

bool broker_process::start() {
  runner_ = run_broker(folder() / "troupe.conf", folder() / "log.txt");
  const bool decided = eventually([this] { return !runner_->running() || answers(); }, seconds{20});
  if (decided && runner_->running())
    return true;
  const auto text = log();
  runner_.reset();
  if (decided && text.find("in use") != std::string::npos)
    return false;
  throw unexpected{(decided ? "the broker ended: " : "the broker's ports do not answer: ") + text};
}

bool broker_process::answers() const {
  const bool http = extra_.find("management.listener.http = off") == std::string::npos;
  return can_connect(mqtt_port_) && (!http || can_connect(http_port_));
}

void broker_process::start_again() {
  if (!start())
    throw unexpected{"a port is taken: " + log()};
}

std::size_t broker_process::rss() const {
  std::istringstream numbers{read_text("/proc/" + std::to_string(pid()) + "/statm")};
  std::size_t total = 0, resident = 0;
  numbers >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t broker_process::open_fds() const {
  const std::filesystem::directory_iterator all{"/proc/" + std::to_string(pid()) + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

double broker_process::cpu_seconds() const {
  const auto text = read_text("/proc/" + std::to_string(pid()) + "/stat");
  // utime and stime are the 12th and 13th field behind the name, which ends with the last parenthesis
  std::istringstream fields{text.substr(std::min(text.size(), text.rfind(')') + 1))};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string broker_process::log() const { return read_text(folder() / "log.txt"); }

bool broker_process::has_logged(std::string_view text) const {
  return eventually([&] { return log().find(text) != std::string::npos; });
}

int broker_process::terminate(milliseconds within) {
  const auto status = runner_->stop(within);
  runner_.reset(); // kills it when it is still there
  if (!status)
    throw unexpected{"the broker does not end on SIGTERM; its log: " + log()};
  return *status;
}

void broker_process::kill9() {
  runner_->kill();
  runner_.reset();
}

} // namespace troupe::test
