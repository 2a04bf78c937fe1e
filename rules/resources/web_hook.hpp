// The resource web_hook: an HTTP server.
#pragma once

#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/rule_resource.hpp"

namespace troupe {

class web_hook final : public resource {
public:
  using header_list = std::vector<std::pair<std::string, std::string>>;

  struct request_form {
    std::string method, target, content_type; // target: path and query of its URL
    header_list headers;
  };

  web_hook(rules::resource_definition d, const http_client_actor& client, request_form form)
      : resource(std::move(d), client), form_(std::move(form)) {}

  /// A request with this body, `path` behind the path of its URL.
  http_call request(std::string_view path, std::string body) const;

  void replaced(const resource& next) const override { retire(next); }

private:
  request_form form_;
};

} // namespace troupe
