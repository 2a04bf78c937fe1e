// The server's side of cpp-httplib: it parses requests and writes responses. Connections, threads and
// limits are ours.
#include "troupe/http/server.hpp"

#include "../actors/tls/tls_context.hpp"
#include "answer.hpp"
#include "ask_api.hpp"
#include "body_limits.hpp"
#include "chunked_body.hpp"
#include "gate.hpp"
#include "refusals.hpp"
#include "request_head.hpp"
#include "socket_stream.hpp"
#include "text.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/all.hpp>
#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <future>
#include <iterator>
#include <optional>
#include <strings.h>
#include <thread>
#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr std::size_t max_head = 64 << 10; // request line and headers
constexpr std::size_t max_method = 32;
constexpr int max_empty_lines = 5; // before a request; as many as EMQ X takes
// A body that is so much too large is read to the end, so that the client sees the 413.
constexpr std::size_t max_excess = 3 * max_body;
constexpr std::chrono::seconds max_request_time{30};
constexpr std::chrono::milliseconds keep_alive{5000};
// Waiting connections do not keep the threads from new ones for longer.
constexpr std::chrono::milliseconds keep_alive_when_busy{200};
constexpr std::chrono::milliseconds head_when_busy{1000};
constexpr std::chrono::milliseconds body_when_busy{5000}; // and the response

// Whether the connection whose request this thread serves must end with it.
thread_local bool last_request = false;
// Whether it ends because another one waits for a thread.
thread_local bool gives_way = false;
// Whether it ends, as its last answer says.
thread_local bool ends = false;
// The connection that this thread serves.
thread_local socket_stream* serving = nullptr;
// What the request that this thread serves is answered without its body.
thread_local std::optional<http_response> answered;
// Whether it was looked at before its body, and is to be asked of the API.
thread_local bool admitted = false;
// Its body, which nobody needs when it is answered.
thread_local std::string* body_of_request = nullptr;
// What it has of the memory for large bodies.
thread_local body_share taken_memory;

/// Lets httplib read and write a `socket_stream`.
class library_stream final : public httplib::Stream {
public:
  library_stream(socket_stream& to, std::string peer) : to_(to), peer_(std::move(peer)) {}

  using httplib::Stream::write;
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* p, std::size_t size) override { return to_.read(p, size); }
  ssize_t write(const char* p, std::size_t size) override { return to_.write(p, size); }
  void get_remote_ip_and_port(std::string& ip, int&) const override { ip = peer_; }
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return 0; } // it only asks whether it is below FD_SETSIZE

private:
  socket_stream& to_;
  std::string peer_; // its address
};

/// Threads that each serve one connection at a time, and the count of all connections.
class connection_pool final : public httplib::TaskQueue {
public:
  static constexpr std::size_t thread_count = 64; // each waits more than it works

  /// Set while the accepting thread turns a connection away.
  static inline thread_local bool turning_away = false;

  connection_pool(http_listener_figures& figures, std::atomic<std::size_t>& waiting)
      : figures_(figures), waiting_(waiting), threads_(thread_count) {}

  void enqueue(std::function<void()> connection) override {
    if (figures_.connections.load() >= figures_.max_clients) {
      turning_away = true;
      connection();
      turning_away = false;
      return;
    }
    ++figures_.connections;
    ++waiting_;
    threads_.enqueue([this, connection = std::move(connection)] {
      --waiting_;
      connection();
      --figures_.connections;
    });
  }

  void shutdown() override { threads_.shutdown(); }

private:
  http_listener_figures& figures_;
  std::atomic<std::size_t>& waiting_;
  httplib::ThreadPool threads_;
};

// Lets pages of one origin, or of any, read the answers (Fetch standard, CORS protocol).
void set_cors(httplib::Response& to, const std::string& origin) {
  if (origin.empty())
    return;
  to.set_header("Access-Control-Allow-Origin", origin);
  to.set_header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
  to.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type");
  to.set_header("Access-Control-Max-Age", "600");
  if (origin != "*")
    to.set_header("Vary", "Origin");
}

void set_answer(httplib::Response& to, http_response from) {
  to.status = from.status;
  to.body = std::move(from.body);
  to.set_header("Content-Type", from.content_type);
  if (from.status == 401)
    to.set_header("WWW-Authenticate", "Basic realm=\"troupe\"");
  if (from.status == 503) // seconds
    to.set_header("Retry-After", "1");
}

std::vector<std::string> values_of(const httplib::Request& request, const std::string& name) {
  std::vector<std::string> out;
  const auto [begin, end] = request.headers.equal_range(name);
  std::transform(begin, end, std::back_inserter(out), [](const auto& field) { return field.second; });
  return out;
}

// What the library says by itself of the connection, and of ranges, is not what happens here.
void set_connection(const httplib::Request& request, httplib::Response& to) {
  ends = last_request || gives_way || asks_to_close(request.version, values_of(request, "Connection"));
  for (const char* name : {"Connection", "Keep-Alive", "Accept-Ranges"})
    to.headers.erase(name);
  if (ends)
    to.set_header("Connection", "close");
  else if (request.version == "HTTP/1.0")
    to.set_header("Connection", "keep-alive");
}

void complete_head(const httplib::Request& request, httplib::Response& to) {
  set_connection(request, to);
  to.set_header("Date", http_date(now_ms() / 1000));
}

// To the library a method that it does not know is broken HTTP. It goes on as one that no endpoint has, and
// is refused as that: 401 or 404. False: there is no request.
bool rename_unknown_method(socket_stream& stream) {
  static constexpr std::string_view known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
  const auto method = stream.first_word(max_method);
  if (!method)
    return false;
  if (!method->empty() && std::find(std::begin(known), std::end(known), *method) == std::end(known))
    stream.replace_first_word("PATCH");
  return true;
}

class listener final : public httplib::Server {
public:
  listener(caf::actor_system& system, api_actor api, apps_actor apps, std::shared_ptr<const settings> config,
           std::shared_ptr<http_listener_figures> figures, std::shared_ptr<const tls_context> tls)
      : system_(system),
        api_(std::move(api)),
        gate_(system, std::move(apps), config),
        config_(std::move(config)),
        figures_(std::move(figures)),
        tls_(std::move(tls)) {
    new_task_queue = [this] {
      listening_.set_value();
      return new connection_pool(*figures_, waiting_);
    };
    set_payload_max_length(max_upload); // bound_body knows what a path may have
    set_socket_options([](int s) {
      // Not SO_REUSEPORT, the library's choice: two brokers would share the port silently.
      int yes = 1;
      setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    auto serve_it = [this](const httplib::Request& request, httplib::Response& response) {
      set_cors(response, config_->management.cors_origin);
      set_answer(response, serve(request));
      gives_way = !last_request && waiting_ > 0; // else the first busy ones would shut all others out
    };
    Get("/", serve_it).Post("/", serve_it).Put("/", serve_it);
    Delete("/", serve_it).Patch("/", serve_it).Options("/", serve_it);
    set_exception_handler([](const httplib::Request&, httplib::Response& response,
                             const std::exception_ptr&) { set_answer(response, library_error(500)); });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty())
        return;
      last_request = true; // the rest of the request may still be in the pipe
      set_answer(response, library_error(response.status));
    });
    set_post_routing_handler(complete_head);
  }

  /// The port, or 0 with the reason in errno.
  int bind(const std::string& host, int port, int backlog) {
    errno = 0;
    int bound = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
    if (bound <= 0)
      return 0;
    ::listen(svr_sock_, backlog); // the library's own backlog is five
    return bound;
  }

  std::future<void> listening() { return listening_.get_future(); }

private:
  bool process_and_close_socket(socket_t descriptor) override {
    if (!connection_pool::turning_away)
      serve_connection(descriptor);
    ::close(descriptor);
    return true;
  }

  void serve_connection(int descriptor) {
    int yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    auto session = tls_ ? tls_->new_session(descriptor) : nullptr;
    if (tls_ && !session)
      return;
    socket_stream stream(descriptor, std::move(session));
    library_stream for_library(stream, peer_address(descriptor));
    last_request = gives_way = false;
    serving = &stream;
    int empty_lines = 0;
    while (stream.wait_request(keep_alive, when_busy(keep_alive_when_busy))) {
      stream.begin_request(max_head, max_request_time, when_busy(head_when_busy));
      if (empty_lines < max_empty_lines && stream.skip_empty_line()) {
        ++empty_lines;
        continue;
      }
      empty_lines = 0;
      if (!serve_request(stream, for_library))
        return;
    }
  }

  // Whether the connection goes on.
  bool serve_request(socket_stream& stream, library_stream& for_library) {
    if (!rename_unknown_method(stream))
      return false;
    ends = true;         // when there is no answer
    bool closed = false; // what the library makes of Connection, of which it knows too few spellings
    bool fine = process_request(for_library, false, closed, [this](httplib::Request& r) { prepare(r); });
    taken_memory.reset();
    if (!stream.flush())
      return false;
    if (last_request) // also when the client, too, wants to close: it may still send its body
      stream.linger();
    return fine && !ends;
  }

  // Waits end when the server does, and after `most` while other connections wait for a thread.
  socket_stream::impatience when_busy(std::chrono::milliseconds most) {
    return [this, most](std::chrono::milliseconds waited) {
      return svr_sock_ == INVALID_SOCKET || (waiting_ > 0 && waited >= most);
    };
  }

  // Runs when the headers are read. The library must not treat form bodies specially (curl sends JSON as
  // one), nor answer parts of bodies; and what a path means is not its business.
  void prepare(httplib::Request& r) {
    const auto most = largest_body(r.method, split_target(r.target).first);
    serving->begin_body(most + max_excess, when_busy(body_when_busy));
    body_of_request = &r.body;
    answered = std::nullopt;
    admitted = false;
    r.ranges.clear();
    r.headers.erase("Content-Type");
    r.headers.erase("Accept-Encoding");
    r.path = "/";
    bool reads_body = r.method == "POST" || r.method == "PUT" || r.method == "PATCH" || r.method == "DELETE";
    std::string length = r.get_header_value("Content-Length");
    // Without a length there is no body (RFC 9112 section 6.3); the library would read on to the end.
    if (reads_body && length.empty() && !r.has_header("Transfer-Encoding"))
      r.headers.emplace("Content-Length", "0");
    if (!reads_body && ((!length.empty() && length != "0") || r.has_header("Transfer-Encoding")))
      last_request = true; // the body stays in the pipe
    const bool coded = is_coded(values_of(r, "Content-Encoding"));
    r.headers.erase("Content-Encoding"); // else the library inflates, past all bounds
    if (const int wrong = check_head(serving->head(), most + max_excess))
      answer_before_body(r, library_error(wrong));
    else if (reads_body && coded)
      answer_before_body(r, library_error(415));
    else if (reads_body && body_is_missing(r))
      refuse_early(r);
    if (admitted)
      bound_body(r, most);
  }

  // A body that has yet to come is to have `most` bytes.
  void bound_body(httplib::Request& r, std::size_t most) {
    if (r.has_header("Transfer-Encoding"))
      return read_chunks(r);
    const auto length = r.get_header_value<std::uint64_t>("Content-Length");
    if (length > most)
      return refuse_all_of_it(r, length, library_error(413));
    if (length <= max_body)
      return;
    taken_memory = memory_.take(length);
    if (!taken_memory)
      refuse_all_of_it(r, length, error_response(503, body_code::unknown, "Too many uploads at a time"));
  }

  // Who writes all of a body before he reads is to see the answer.
  void refuse_all_of_it(httplib::Request& r, std::uint64_t length, http_response answer) {
    char waste[16 << 10];
    while (length > 0 && !r.has_header("Expect")) {
      const auto n = serving->read(waste, std::min<std::uint64_t>(sizeof waste, length));
      if (n <= 0)
        break;
      length -= static_cast<std::uint64_t>(n);
    }
    answer_before_body(r, std::move(answer));
  }

  // The library goes on as if the body had come with its length.
  void read_chunks(httplib::Request& r) {
    if (::strcasecmp(r.get_header_value("Expect").c_str(), "100-continue") == 0) {
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      serving->write(go_on.data(), go_on.size());
      r.headers.erase("Expect");
    }
    std::string body;
    const auto read = [](char* to, std::size_t size) { return serving->read(to, size); };
    const auto end = read_chunked(read, max_body, body);
    if (end != chunked_end::whole)
      return answer_before_body(r, library_error(end == chunked_end::too_large ? 413 : 400));
    serving->give_back(body);
    r.headers.erase("Transfer-Encoding");
    r.headers.emplace("Content-Length", std::to_string(body.size()));
  }

  static bool body_is_missing(const httplib::Request& r) {
    const auto length = r.get_header_value<std::uint64_t>("Content-Length");
    return r.has_header("Transfer-Encoding") || length > serving->buffered();
  }

  // Nobody makes a thread wait for a body that will be refused: the answer comes before it.
  void refuse_early(httplib::Request& r) {
    if (auto answer = without_body(r))
      answer_before_body(r, std::move(*answer));
    else
      admitted = true;
  }

  void answer_before_body(httplib::Request& r, http_response answer) {
    answered = std::move(answer);
    last_request = true;
    for (const char* name : {"Content-Length", "Transfer-Encoding", "Expect"})
      r.headers.erase(name);
    r.headers.emplace("Content-Length", "0");
  }

  http_response serve(const httplib::Request& request) {
    if (answered)
      return *std::exchange(answered, std::nullopt);
    if (!admitted)
      if (auto early = without_body(request))
        return std::move(*early);
    const auto [path, query_string] = split_target(request.target);
    if (path == "/metrics" && request.method == "GET")
      return ask(http_request{"GET", "/emqx_prometheus", {{"type", "prometheus"}}, ""});
    auto query = parse_query(query_string);
    if (!query)
      return error_response(400, body_code::bad_parameter, "Bad percent encoding in the query string");
    return ask(http_request{request.method, std::string(path.substr(api_prefix.size())), std::move(*query),
                            std::move(*body_of_request)});
  }

  std::optional<http_response> without_body(const httplib::Request& r) {
    return gate_.answer({r.method, r.target, r.get_header_value("Authorization"), r.remote_addr});
  }

  http_response ask(http_request request) {
    return ask_api(system_, api_, std::move(request), std::exchange(taken_memory, nullptr), api_timeout);
  }

  caf::actor_system& system_;
  api_actor api_;
  gate gate_;
  std::shared_ptr<const settings> config_;
  std::shared_ptr<http_listener_figures> figures_;
  std::shared_ptr<const tls_context> tls_; // null: not encrypted
  std::atomic<std::size_t> waiting_{0};    // connections without a thread
  body_memory memory_;
  std::promise<void> listening_;
};

} // namespace

class http_server::implementation {
public:
  implementation(caf::actor_system& system, api_actor api, apps_actor apps,
                 std::shared_ptr<const settings> config, std::shared_ptr<http_listener_figures> figures,
                 std::shared_ptr<const tls_context> tls)
      : listener_(system, std::move(api), std::move(apps), std::move(config), std::move(figures),
                  std::move(tls)) {}

  ~implementation() {
    stop({});
    if (thread_.joinable())
      thread_.join();
  }

  bool start(const std::string& host, std::uint16_t port, int backlog) {
    port_ = static_cast<std::uint16_t>(listener_.bind(host, port, backlog));
    if (port_ == 0)
      return false;
    auto ready = listener_.listening();
    thread_ = std::thread([this] {
      listener_.listen_after_bind();
      ended_.set_value();
    });
    ready.wait(); // the library cannot be stopped before
    return true;
  }

  void stop(std::chrono::milliseconds patience) {
    if (!thread_.joinable())
      return;
    if (!std::exchange(stopped_, true)) // the library may be told once
      listener_.stop();
    if (end_.wait_for(patience) == std::future_status::ready)
      thread_.join();
  }

  std::uint16_t port() const noexcept { return port_; }

private:
  listener listener_;
  std::promise<void> ended_; // with all of the listener's threads
  std::future<void> end_ = ended_.get_future();
  std::thread thread_;
  std::uint16_t port_ = 0;
  bool stopped_ = false;
};

http_server::http_server(std::unique_ptr<implementation> i) : implementation_(std::move(i)) {}
http_server::~http_server() = default;

std::uint16_t http_server::port() const noexcept { return implementation_->port(); }
void http_server::stop(std::chrono::milliseconds patience) { implementation_->stop(patience); }

std::shared_ptr<http_listener_figures> http_server::make_figures(const http_listener_settings& where,
                                                                 bool secure) {
  auto figures = std::make_shared<http_listener_figures>();
  figures->protocol = secure ? "https:management" : "http:management";
  figures->listen_on = where.listen_on;
  figures->acceptors = where.acceptors;
  figures->max_clients = where.max_clients;
  return figures;
}

http_server::started http_server::start(caf::actor_system& system, api_actor api, apps_actor apps,
                                        std::shared_ptr<const settings> config,
                                        const http_listener_settings& where,
                                        std::shared_ptr<http_listener_figures> figures,
                                        std::shared_ptr<const tls_context> tls) {
  auto i = std::make_unique<implementation>(system, std::move(api), std::move(apps), std::move(config),
                                            std::move(figures), std::move(tls));
  if (!i->start(where.address, where.port, where.backlog)) {
    const char* why = errno != 0 ? std::strerror(errno) : "the address is not usable";
    return {nullptr, "cannot listen on " + where.listen_on + ": " + why};
  }
  return {std::unique_ptr<http_server>(new http_server(std::move(i))), ""};
}

} // namespace troupe
