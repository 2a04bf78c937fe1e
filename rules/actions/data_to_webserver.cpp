// The action data_to_webserver: an HTTP request of a web_hook (reference/rule-engine.md section 8).
#include "../resources/web_hook.hpp"
#include "action_resource.hpp"
#include "actions.hpp"
#include "troupe/access/url.hpp"
#include "troupe/rules/template.hpp"

namespace troupe::rules {

namespace {

// Dots alone would be a step up, or none, even between slashes that are the rule's own.
std::string encoded(const std::string& value) {
  if (value.find_first_not_of('.') != std::string::npos)
    return access::percent_encode(value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i)
    out += "%2E";
  return out;
}

// A path, and maybe a query. What fills a placeholder stays a part of its segment, or of its value.
class path_template {
public:
  explicit path_template(std::string text) {
    for (auto& p : text_template{std::move(text)}.pieces())
      parts_.push_back({std::move(p.literal), text_template{std::move(p.placeholder)}});
  }

  std::string fill(const row& data, arena& memory) const {
    std::string out;
    for (const auto& p : parts_) {
      std::string value;
      p.placeholder.fill(value, data, memory);
      out.append(p.literal).append(encoded(value));
    }
    return out;
  }

private:
  struct part {
    std::string literal;
    text_template placeholder; // of the last one: empty
  };

  std::vector<part> parts_;
};

class data_to_webserver final : public action {
public:
  data_to_webserver(std::shared_ptr<const web_hook> server, std::string path, std::string payload)
      : server_(std::move(server)), path_(std::move(path)), payload_(std::move(payload)) {}

  bool run(const row& data, occasion& o) override {
    std::string body;
    if (payload_.empty())
      data.append_json(body);
    else
      payload_.fill(body, data, o.memory);
    o.calls.push_back({server_, server_->request(path_.fill(data, o.memory), std::move(body))});
    return true;
  }

private:
  std::shared_ptr<const web_hook> server_;
  path_template path_;
  text_template payload_;
};

constexpr parameter parameters[] = {
    resource_parameter,
    {.name = "path",
     .type = "string",
     .required = false,
     .default_json = R"("")",
     .heading = {"Path", "Path"},
     .description =
         {"The path part of the URL, support using ${Var} to get the field value output by the rule.",
          "URL 的路径部分，支持使用 ${Var} 获取规则输出的字段值。"}},
    payload_parameter,
};

std::variant<std::unique_ptr<action>, std::string> make(const boost::json::object& params,
                                                        const action_surroundings& around) {
  auto found = resource_of<web_hook>(params, around);
  if (auto* error = std::get_if<std::string>(&found))
    return std::move(*error);
  auto& server = std::get<std::shared_ptr<const web_hook>>(found);
  return std::make_unique<data_to_webserver>(std::move(server), text_or_none(params, "path"),
                                             text_or_none(params, "payload_tmpl"));
}

} // namespace

const action_row data_to_webserver_row{"data_to_webserver",
                                       "emqx_web_hook",
                                       "data_forward",
                                       {"Data to Web Server", "发送数据到 Web 服务"},
                                       {"Forward Messages to Web Server", "将数据转发给 Web 服务"},
                                       parameters,
                                       make,
                                       {"web_hook"}};

} // namespace troupe::rules
