#include "support/http.hpp"

#include "support/socket.hpp"

#include <charconv>

namespace troupe::test {

http_reply http_request(std::uint16_t port, std::string_view method, std::string_view path,
                        std::string_view body) {
  std::string request;
  request.append(method).append(" ").append(path).append(
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
  request += "Authorization: Basic YWRtaW46cHVibGlj\r\n"; // admin:public
  if (!body.empty())
    request += "Content-Type: application/json\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  tcp_socket socket{port};
  socket.send(request);
  std::string reply;
  tcp_socket::state state;
  while ((state = socket.receive(reply)) == tcp_socket::state::data) {
  }
  const auto end_of_head = reply.find("\r\n\r\n");
  if (state != tcp_socket::state::closed || end_of_head == std::string::npos ||
      !reply.starts_with("HTTP/1.1 "))
    throw unexpected{"no complete reply to " + std::string{path} + ": " + reply};
  http_reply result;
  std::from_chars(reply.data() + 9, reply.data() + reply.size(), result.status);
  result.head = reply.substr(0, end_of_head);
  result.body = reply.substr(end_of_head + 4);
  return result;
}

std::int64_t number_in(std::string_view json, std::string_view name) {
  const auto key = '"' + std::string{name} + "\":";
  const auto at = json.find(key);
  std::int64_t number = 0;
  if (at != std::string_view::npos) {
    const auto* first = json.data() + at + key.size();
    while (first != json.data() + json.size() && *first == ' ')
      ++first;
    if (std::from_chars(first, json.data() + json.size(), number).ec == std::errc{})
      return number;
  }
  throw unexpected{"no number " + key + " in " + std::string{json.substr(0, 1000)}};
}

std::int64_t metric(std::uint16_t http_port, std::string_view name) {
  return number_in(http_get(http_port, "/api/v4/metrics").body, name);
}

} // namespace troupe::test
