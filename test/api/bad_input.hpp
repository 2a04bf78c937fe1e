// What the tests of bad input share: the endpoints as the broker lists them, calls in any form, and all that
// a call could change.
#pragma once

#include "api/three_clients.hpp"

#include <set>

namespace troupe::test {

struct operation {
  std::string method;               // GET, POST, PUT or DELETE
  std::string path;                 // with parameters: "/clients/{clientid}"
  std::set<std::string> parameters; // names of the query string and of the body that its description has

  bool reads() const { return method == "GET"; }
  std::string text() const { return method + ' ' + path; }
};

/// A broker with something of everything.
struct attacked_broker : three_clients {
  attacked_broker();

  /// What GET /openapi.json says that there is, and that document itself.
  std::vector<operation> operations();

  reply send(const operation& what, const std::string& path, const std::string& body = "");
  reply send(const std::string& method, const std::string& path, const std::string& body);

  /// All that a call could leave behind.
  std::string state();
};

/// What stands for path parameters: what there is (`real`), or a name of nothing. Nodes are real.
std::string filled(const std::string& path, bool real);

/// The same with one parameter replaced. Empty when the path has no parameter `index`.
std::string filled_with(const std::string& path, std::size_t index, const std::string& segment);

/// An answer in the documented form: never a failure of the server.
void check_form(const reply& r);

void check_error(const reply& r, int status, int code);

} // namespace troupe::test
